import { type PointerEvent, useRef, useState } from 'react';

/** Pixels that a pointer moves before a click becomes a drag. */
const dragPixels = 4;

/**
 * Steps side by side over time: which one the pointer is on, and a span of them that is dragged; a click is a span of one.
 * @param count Steps.
 * @param onSpan Hears of the first and the last step.
 */
export function useSteps(count: number, onSpan: (first: number, last: number) => void) {
  const area = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ start: number; end: number }>();
  const [hovered, setHovered] = useState<number>();
  const share = (event: PointerEvent) => {
    const box = area.current?.getBoundingClientRect();
    return box && box.width > 0 ? Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) : 0;
  };
  const stepAt = (at: number) => Math.min(count - 1, Math.floor(at * count));

  const handlers = {
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0 || count === 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      setDrag({ start: share(event), end: share(event) });
    },
    onPointerMove: (event: PointerEvent) => {
      const at = share(event);
      setHovered(stepAt(at));
      if (drag) setDrag({ ...drag, end: at });
    },
    onPointerUp: (event: PointerEvent) => {
      if (!drag) return;
      const [first, last] = [Math.min(drag.start, share(event)), Math.max(drag.start, share(event))];
      const width = area.current?.getBoundingClientRect().width ?? 1;
      setDrag(undefined);
      // Whole steps: what was seen is what is chosen.
      const isClick = (last - first) * width < dragPixels;
      onSpan(stepAt(isClick ? drag.start : first), stepAt(isClick ? drag.start : last));
    },
    onPointerCancel: () => setDrag(undefined),
    onPointerLeave: () => setHovered(undefined),
  };

  /** Where the span is drawn. */
  const span = drag && { insetInlineStart: `${Math.min(drag.start, drag.end) * 100}%`, inlineSize: `${Math.abs(drag.end - drag.start) * 100}%` };
  return { area, hovered, setHovered, span, handlers };
}
