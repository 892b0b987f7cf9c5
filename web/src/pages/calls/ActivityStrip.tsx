import type { Activity } from './activity';

const width = 120;
const height = 22;

/** Calls of the last minute, a bar a second, with the failed share at the bottom of each bar. */
export function ActivityStrip({ activity }: { activity: Activity }) {
  const slots = activity.read(Date.now());
  const highest = Math.max(1, ...slots.map((slot) => slot.total));
  const step = width / slots.length;
  const total = slots.reduce((sum, slot) => sum + slot.total, 0);
  const failed = slots.reduce((sum, slot) => sum + slot.failed, 0);
  const label = `Last minute: ${total} calls, ${failed} failed`;
  return (
    <svg className="activity" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label} data-testid="activity">
      <title>{label}</title>
      <path className="base" d={`M0 ${height - 0.5}h${width}`} />
      {slots.map((slot, i) => {
        const all = (slot.total / highest) * (height - 2);
        const bad = (slot.failed / highest) * (height - 2);
        // A slot is a place on the time axis, so its position is its identity.
        return (
          <g key={i}>
            {all > 0 && <rect className="all" x={i * step} y={height - all} width={step - 0.6} height={all} />}
            {bad > 0 && <rect className="bad" x={i * step} y={height - Math.max(1, bad)} width={step - 0.6} height={Math.max(1, bad)} />}
          </g>
        );
      })}
    </svg>
  );
}
