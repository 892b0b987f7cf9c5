import { type PointerEvent, useRef, useState } from 'react';
import type { Overview, OverviewBar } from '../../api/types';
import { formatCount, plural } from '../../lib/format';
import { barTotal, stackOrder, statusClasses } from './facets';
import './histogram.css';

interface Props {
  overview: Overview | undefined;
  onRange(from: number, to: number): void;
}

const height = 100;
/** Pixels that a pointer moves before a click becomes a drag. */
const dragPixels = 4;

/** Calls over time, a bar stacked by how they ended. Dragging over it chooses a range; so does a click on a bar. */
export function Histogram({ overview, onRange }: Props) {
  const area = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ start: number; end: number }>();
  const [hovered, setHovered] = useState<number>();
  const bars = overview?.buckets ?? [];
  const highest = Math.max(1, ...bars.map(barTotal));
  const width = overview ? (overview.to - overview.from) / Math.max(1, bars.length) : 1;
  const share = (event: PointerEvent) => {
    const box = area.current?.getBoundingClientRect();
    return box && box.width > 0 ? Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) : 0;
  };
  const barAt = (at: number) => Math.min(bars.length - 1, Math.floor(at * bars.length));

  const onMove = (event: PointerEvent) => {
    const at = share(event);
    setHovered(barAt(at));
    if (drag) setDrag({ ...drag, end: at });
  };
  const onUp = (event: PointerEvent) => {
    if (!drag || !overview) return;
    const [first, last] = [Math.min(drag.start, share(event)), Math.max(drag.start, share(event))];
    const box = area.current?.getBoundingClientRect().width ?? 1;
    setDrag(undefined);
    const whole = (last - first) * box < dragPixels;
    // Whole bars: what was seen is what is chosen.
    const from = barAt(whole ? drag.start : first);
    const to = whole ? from : barAt(last);
    onRange(overview.from + from * width, overview.from + (to + 1) * width);
  };

  const total = bars.reduce((sum, bar) => sum + barTotal(bar), 0);
  const hover = hovered === undefined ? undefined : bars[hovered];
  const label = `${plural(total, 'call')} over time, ${formatCount(bars.reduce((sum, bar) => sum + bar.serverError, 0))} of them server errors`;
  return (
    <div className="histogram" data-testid="histogram">
      <div
        className="histogram-area"
        ref={area}
        data-testid="histogram-area"
        onPointerDown={(event) => {
          if (event.button !== 0 || bars.length === 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag({ start: share(event), end: share(event) });
        }}
        onPointerMove={onMove}
        onPointerUp={onUp}
        onPointerCancel={() => setDrag(undefined)}
        onPointerLeave={() => setHovered(undefined)}
      >
        <svg viewBox={`0 0 ${Math.max(1, bars.length)} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
          {bars.map((bar, index) => <Bar key={index} bar={bar} index={index} highest={highest} hovered={index === hovered} />)}
        </svg>
        {drag && <i className="histogram-drag" style={{ insetInlineStart: `${Math.min(drag.start, drag.end) * 100}%`, inlineSize: `${Math.abs(drag.end - drag.start) * 100}%` }} />}
        <span className="histogram-most" aria-hidden="true">{total > 0 ? formatCount(highest) : ''}</span>
      </div>
      <p className="histogram-axis" aria-hidden="true">
        {hover ? (
          <><b>{axisTime(hover.start, width)}</b> {describe(hover)}</>
        ) : (
          <>
            <span>{overview ? axisTime(overview.from, width) : ''}</span>
            <span>{overview ? axisTime(overview.from + (overview.to - overview.from) / 2, width) : ''}</span>
            <span>{overview ? axisTime(overview.to, width) : ''}</span>
          </>
        )}
      </p>
    </div>
  );
}

function Bar({ bar, index, highest, hovered }: { bar: OverviewBar; index: number; highest: number; hovered: boolean }) {
  let top = height;
  return (
    <g className={hovered ? 'hovered' : undefined}>
      {hovered && <rect className="histogram-hover" x={index} y={0} width={1} height={height} />}
      {stackOrder.map((name) => {
        if (bar[name] === 0) return null;
        // One failed call among thousands must still be seen.
        const size = Math.max(2, (bar[name] / highest) * (height - 6));
        top = Math.max(0, top - size);
        return <rect key={name} className={`bar bar-${name}`} x={index + 0.08} y={top} width={0.84} height={size} />;
      })}
    </g>
  );
}

function describe(bar: OverviewBar): string {
  const parts = statusClasses.filter(({ id }) => bar[id] > 0).map(({ id, label }) => `${formatCount(bar[id])} ${label}`);
  return parts.length === 0 ? 'no calls' : parts.join(' · ');
}

const twoDigits = (value: number) => String(value).padStart(2, '0');

/** As precise as a bar is wide; with the date where the range is long. */
function axisTime(ms: number, width: number): string {
  const time = new Date(ms);
  const clock = `${twoDigits(time.getHours())}:${twoDigits(time.getMinutes())}`;
  if (width >= 600_000) return `${time.getMonth() + 1}-${twoDigits(time.getDate())} ${clock}`;
  if (width >= 60_000) return clock;
  const seconds = `${clock}:${twoDigits(time.getSeconds())}`;
  return width >= 1000 ? seconds : `${seconds}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}
