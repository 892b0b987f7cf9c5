import { formatDate, formatTime, visibleLine } from '../../lib/format';
import type { Entry } from './timeline';

export function Timeline({ entries }: { entries: readonly Entry[] }) {
  return (
    <ol className="timeline" data-testid="timeline">
      {entries.map((entry, index) => (
        <li key={index} className={`tone-${entry.tone}`}>
          <time dateTime={entry.at} title={formatDate(entry.at)}>{formatTime(entry.at).slice(0, -4)}</time>
          <span>{visibleLine(entry.text)}</span>
        </li>
      ))}
    </ol>
  );
}
