import { type NamedRange, rangeWords, type TimeRange } from '../lib/time-range';

interface Props<R extends string> {
  known: readonly NamedRange<R>[];
  chosen: TimeRange<R>;
  onChoose(range: TimeRange<R>): void;
}

/** The time that a page is about. A custom range, which was dragged or came with a link, is one more choice while it holds. */
export function RangeChoice<R extends string>({ known, chosen, onChoose }: Props<R>) {
  return (
    <div className="segmented" role="radiogroup" aria-label="Time range">
      {known.map(({ value, label }) => (
        <label key={value}>
          <input type="radio" name="range" value={value} checked={value === chosen.range} data-testid={`range-${value}`} onChange={() => onChoose({ range: value, from: 0, to: 0 })} />
          <span>{label}</span>
        </label>
      ))}
      {chosen.range === 'custom' && (
        <label>
          <input type="radio" name="range" value="custom" checked readOnly data-testid="range-custom" />
          <span>{rangeWords(chosen.from, chosen.to)}</span>
        </label>
      )}
    </div>
  );
}
