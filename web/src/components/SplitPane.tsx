import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react';
import { readStored, writeStored } from '../lib/storage';

export type Dock = 'right' | 'bottom';

interface Props {
  dock: Dock;
  main: ReactNode;
  /** Undefined leaves the whole room to `main`. */
  side: ReactNode | undefined;
}

const minimum = 25;
const maximum = 75;

/** Two panes with a divider that is dragged, or moved with the arrow keys. The size (percent) is kept for each dock. */
export function SplitPane({ dock, main, side }: Props) {
  const root = useRef<HTMLDivElement>(null);
  const [sizes, setSizes] = useState<Record<Dock, number>>(() => readStored('split', { right: 46, bottom: 50 }));
  const size = sizes[dock];

  const resize = (percent: number) => {
    const next = { ...sizes, [dock]: Math.min(maximum, Math.max(minimum, percent)) };
    setSizes(next);
    writeStored('split', next);
  };

  const onPointerMove = (event: PointerEvent) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId) || !root.current) return;
    const box = root.current.getBoundingClientRect();
    const share = dock === 'right' ? (box.right - event.clientX) / box.width : (box.bottom - event.clientY) / box.height;
    resize(share * 100);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: 4, ArrowUp: 4, ArrowRight: -4, ArrowDown: -4 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    resize(size + step);
  };

  return (
    <div className={`split ${dock}`} ref={root}>
      <div className="split-main">{main}</div>
      {side !== undefined && (
        <>
          <div
            className="split-divider"
            role="separator"
            tabIndex={0}
            aria-label="Size of the detail panel"
            aria-orientation={dock === 'right' ? 'vertical' : 'horizontal'}
            aria-valuenow={Math.round(size)}
            aria-valuemin={minimum}
            aria-valuemax={maximum}
            onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
            onPointerMove={onPointerMove}
            onKeyDown={onKeyDown}
          />
          <div className="split-side" style={{ flexBasis: `${size}%` }}>
            {side}
          </div>
        </>
      )}
    </div>
  );
}
