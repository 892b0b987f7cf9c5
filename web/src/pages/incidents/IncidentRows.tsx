import { follow } from '../../components/use-page';
import { useNow } from '../../components/use-now';
import { formatCount, formatDate, visibleLine } from '../../lib/format';
import { ago } from '../../lib/time';
import type { Incident } from './types';
import { sentenceOf, severityTone, titleOf } from './words';

interface Props {
  incidents: readonly Incident[];
  selected: string;
  addressOf(id: string): string;
}

/** One link an incident: what, how bad, since when, and the number that says so. */
export function IncidentRows({ incidents, selected, addressOf }: Props) {
  const now = useNow(10_000);
  if (incidents.length === 0) return null;
  return (
    <ul className="incident-rows" data-testid="incidents">
      {incidents.map((one) => (
        <li key={one.id}>
          <a
            href={addressOf(one.id)} className={`incident-row tone-${severityTone(one.severity)}`} data-testid="incident" data-state={one.state}
            aria-current={one.id === selected ? 'true' : undefined} onClick={(event) => follow(event, addressOf(one.id))}
          >
            <span className="pill">{one.severity}</span>
            <b>{visibleLine(titleOf(one))}</b>
            <span className="incident-state">
              {one.state === 'open' && <i className="dot" aria-hidden="true" />}
              {one.state === 'open' ? 'open' : 'over'}
            </span>
            <span className="incident-why">{visibleLine(sentenceOf(one))}</span>
            <span className="incident-when" title={`${formatDate(one.startedAt)} to ${formatDate(one.lastAt)}`}>
              {`${ago(one.lastAt, now)}, ${formatCount(one.findings)} ${one.findings === 1 ? 'finding' : 'findings'}`}
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}
