import type { Overview, OverviewBar } from '../../api/types';
import { useSteps } from '../../components/use-steps';
import { axisTime, formatCount, plural } from '../../lib/format';
import { barTotal, stackOrder, statusClasses } from './facets';
import './histogram.css';

interface Props {
  overview: Overview | undefined;
  onRange(from: number, to: number): void;
}

const height = 100;

/** Calls over time, a bar stacked by how they ended. Dragging over it chooses a range; so does a click on a bar. */
export function Histogram({ overview, onRange }: Props) {
  const bars = overview?.buckets ?? [];
  const highest = Math.max(1, ...bars.map(barTotal));
  const width = overview ? (overview.to - overview.from) / Math.max(1, bars.length) : 1;
  const { area, hovered, span, handlers } = useSteps(bars.length, (first, last) => {
    if (overview) onRange(overview.from + first * width, overview.from + (last + 1) * width);
  });

  const total = bars.reduce((sum, bar) => sum + barTotal(bar), 0);
  const hover = hovered === undefined ? undefined : bars[hovered];
  const label = `${plural(total, 'call')} over time, ${formatCount(bars.reduce((sum, bar) => sum + bar.serverError, 0))} of them server errors`;
  return (
    <div className="histogram" data-testid="histogram">
      <div
        className="histogram-area"
        ref={area}
        data-testid="histogram-area"
        {...handlers}
      >
        <svg viewBox={`0 0 ${Math.max(1, bars.length)} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
          {bars.map((bar, index) => <Bar key={index} bar={bar} index={index} highest={highest} hovered={index === hovered} />)}
        </svg>
        {span && <i className="histogram-drag" style={span} />}
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
