import { DataTable } from '../../components/DataTable';
import { offered } from '../../components/offered';
import { useAnswer } from '../../components/use-answer';
import { follow, goTo } from '../../components/use-page';
import { addressOf, replaceAddress, usePlace } from '../../components/use-place';
import { formatDate, formatTime, visibleLine } from '../../lib/format';
import { listEvents } from './api';
import { NamespaceChoice } from './NamespaceChoice';
import type { ProcessEvent } from './types';
import { Unavailable } from './Unavailable';

const refreshMs = 5000;
const types = ['exec', 'exit', 'kprobe', 'tracepoint', 'lsm', 'uprobe', 'connect', 'close', 'listen'];

/** What processes did, as the kernel told Tetragon, with the calls they made. */
export function Events() {
  const { query } = usePlace();
  const asked = { namespace: query.get('namespace') ?? '', pod: query.get('pod') ?? '', type: query.get('type') ?? '' };
  const answer = useAnswer(JSON.stringify(asked), (signal) => offered(listEvents(asked, signal)), refreshMs);
  const place = (change: Partial<typeof asked>) => addressOf(['cluster'], { view: 'events', ...asked, ...change });
  const events = answer.value?.value;
  const why = answer.value?.why ?? (events && !events.available ? (events.reason ?? '') : undefined);
  const shown = events?.events ?? [];
  return (
    <section aria-labelledby="events">
      <div className="section-bar">
        <h2 id="events">What processes did</h2>
        {why === undefined && (
          <form className="endpoints-bar flat" role="search" onSubmit={(event) => event.preventDefault()}>
            <NamespaceChoice names={shown.map((one) => one.namespace ?? '')} value={asked.namespace} onChange={(namespace) => goTo(place({ namespace }))} />
            <label>
              Kind
              <select className="chip" data-testid="event-type" value={asked.type} onChange={(event) => goTo(place({ type: event.target.value }))}>
                <option value="">All</option>
                {types.map((type) => <option key={type}>{type}</option>)}
              </select>
            </label>
            <label>
              <span className="visually-hidden">Pod</span>
              <input type="search" data-testid="event-pod" placeholder="Pod" value={asked.pod} onChange={(event) => replaceAddress(place({ pod: event.target.value }))} />
            </label>
          </form>
        )}
      </div>
      {answer.error !== undefined && <p className="notice bad" role="alert">{answer.error}</p>}
      {answer.value === undefined && answer.error === undefined && <p className="muted">Asking the center…</p>}
      {why !== undefined && <Unavailable why={why}><p className="muted">Events come from Tetragon: from the file that it exports, or from its agents.</p></Unavailable>}
      {why === undefined && events && shown.length === 0 && <p className="muted" data-testid="no-events">None of this yet.</p>}
      {shown.length > 0 && (
        <DataTable<ProcessEvent & { index: number }>
          label="Events of processes" testId="process-events" rows={shown.map((one, index) => ({ ...one, index }))} keyOf={(one) => String(one.index)}
          columns={[
            { name: 'When', cell: (one) => <time dateTime={one.time} title={formatDate(one.time)}>{formatTime(one.time)}</time> },
            { name: 'What', cell: (one) => <><span className={one.action && one.action !== 'post' ? 'bad' : undefined}>{visibleLine([one.type, one.action === 'post' ? '' : one.action].filter(Boolean).join(', '))}</span>{one.policy && <code>{visibleLine(one.policy)}</code>}</> },
            { name: 'Process', cell: (one) => <>{visibleLine(one.binary ?? '–')}<code className="wraps">{visibleLine(detailOf(one))}</code></> },
            { name: 'Started by', cell: (one) => one.parentBinary ?? '–' },
            { name: 'Where', cell: (one) => <>{visibleLine(one.pod ? `${one.namespace ?? ''}/${one.pod}` : 'the node')}<code>{visibleLine([one.container, one.node].filter(Boolean).join(' · '))}</code></> },
            { name: 'Calls', cell: (one) => <Calls ids={one.exchanges ?? []} /> },
          ]}
        />
      )}
    </section>
  );
}

/** Its arguments; of what is no start, what it was about. */
const detailOf = (one: ProcessEvent) =>
  [one.type === 'exec' ? one.arguments : one.detail || one.arguments, one.destination && `${one.source ?? ''} → ${one.destination}`].filter(Boolean).join(' ');

function Calls({ ids }: { ids: readonly string[] }) {
  const first = ids[0];
  if (first === undefined) return '–';
  const address = addressOf([], { range: '24h', call: first });
  return <a className="link" href={address} onClick={(event) => follow(event, address)}>{ids.length === 1 ? 'its call' : `first of ${ids.length}`}</a>;
}
