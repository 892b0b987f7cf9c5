import { formatCount } from '../../lib/format';
import type { Counts } from './types';

const shown = [['critical', 'error'], ['high', 'error'], ['medium', 'warn'], ['low', 'info'], ['unknown', 'info']] as const;

/** How many of each severity; those that are none are left out. */
export function CountPills({ counts }: { counts: Counts }) {
  const some = shown.filter(([name]) => counts[name] > 0);
  if (some.length === 0) return <span className="good">nothing known</span>;
  return <span className="pills">{some.map(([name, tone]) => <span key={name} className={`pill tone-${tone}`}>{`${formatCount(counts[name])} ${name}`}</span>)}</span>;
}
