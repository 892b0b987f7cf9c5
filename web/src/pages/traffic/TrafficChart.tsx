import type { KeyboardEvent } from 'react';
import { useSteps } from '../../components/use-steps';
import { axisTime, formatBytes, visibleLine } from '../../lib/format';
import { type Chart, type Measure, outlines } from './series';

interface Props {
  chart: Chart;
  measure: Measure;
  title: string;
  onRange(from: number, to: number): void;
}

const wholePackets = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export const formatRate = (rate: number, measure: Measure) => (measure === 'bytes' ? `${formatBytes(Math.round(rate))}/s` : `${wholePackets.format(rate)} packets/s`);

/** Rates over time. Dragging chooses a time; arrow keys go from step to step. */
export function TrafficChart({ chart, measure, title, onRange }: Props) {
  const { starts, stepMs, series, isStacked, top } = chart;
  const { area, hovered, setHovered, span, handlers } = useSteps(starts.length, (first, last) =>
    onRange(starts[first] ?? 0, (starts[last] ?? 0) + stepMs));
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, number | undefined> = {
      ArrowRight: Math.min(starts.length - 1, (hovered ?? -1) + 1), ArrowLeft: Math.max(0, (hovered ?? starts.length) - 1), Home: 0, End: starts.length - 1,
    };
    const next = moves[event.key];
    if (next !== undefined) {
      event.preventDefault();
      setHovered(next);
    } else if (event.key === 'Escape') setHovered(undefined);
    else if (event.key === 'Enter' && hovered !== undefined) onRange(starts[hovered] ?? 0, (starts[hovered] ?? 0) + stepMs);
  };
  const paths = outlines(chart);
  const at = hovered === undefined ? undefined : starts[hovered];
  return (
    <figure className="traffic-chart" data-testid="traffic-chart">
      <div className="traffic-plot">
        <div className="traffic-axis" aria-hidden="true">
          {[1, 0.5, 0].map((share) => <span key={share} style={{ insetBlockStart: `${(1 - share) * 100}%` }}>{share === 0 ? '0' : formatRate(top * share, measure)}</span>)}
        </div>
        <div className="traffic-area" ref={area} role="group" tabIndex={0} aria-label={`${title} over time. Arrow keys go from step to step, Enter chooses one.`} data-testid="traffic-area" onKeyDown={onKeyDown} onBlur={() => setHovered(undefined)} {...handlers}>
          <svg viewBox={`0 0 ${starts.length} 100`} preserveAspectRatio="none" aria-hidden="true">
            <path className="grid" d={`M0 0.250H${starts.length}M0 50H${starts.length}`} />
            {paths.map((path, index) => <path key={index} className={`${isStacked ? 'layer' : 'line'} series-${series[index]?.value === undefined ? 'others' : index + 1}`} d={path} />)}
            {hovered !== undefined && <path className="cursor" d={`M${hovered + 0.5} 0V100`} />}
          </svg>
          {span && <i className="histogram-drag" style={span} />}
        </div>
      </div>
      <p className="traffic-times" aria-hidden="true">
        <span>{axisTime(starts[0] ?? 0, stepMs)}</span>
        <span>{axisTime(starts[Math.floor(starts.length / 2)] ?? 0, stepMs)}</span>
        <span>{axisTime((starts.at(-1) ?? 0) + stepMs, stepMs)}</span>
      </p>
      <figcaption className="traffic-legend" aria-live="polite">
        {at !== undefined && <b>{axisTime(at, Math.min(stepMs, 599_000))}</b>}
        {series.map((one, index) => (
          <span key={one.label + index}>
            <i className={`swatch series-${one.value === undefined ? 'others' : index + 1}`} aria-hidden="true" />
            {visibleLine(one.label)}
            {hovered !== undefined && <em>{formatRate(one.rates[hovered] ?? 0, measure)}</em>}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
