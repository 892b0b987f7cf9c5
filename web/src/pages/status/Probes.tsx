import { get } from '../../api/client';
import { DataTable } from '../../components/DataTable';
import { type Answer, useAnswer } from '../../components/use-answer';
import { useNow } from '../../components/use-now';
import type { LedgerLine, ProbeFacts as Probe, ProbeList } from '../../api/openapi';
import { formatBytes, formatCount, formatDate, plural, visibleLine } from '../../lib/format';
import { ago } from '../../lib/time';
import { clockWords } from './parts';

const refreshMs = 5000;

const listProbes = (signal?: AbortSignal) => get<ProbeList>('/probes', signal);

/** The probes that deliver here, as they said last. */
export const useProbes = () => useAnswer('probes', listProbes, refreshMs);

/** Who captures elsewhere and delivers here. */
export function Probes({ version, probes }: { version: string | undefined; probes: Answer<ProbeList> }) {
  const now = useNow(5000);
  const all = probes.value?.items ?? [];
  return (
    <section aria-labelledby="probes">
      <h2 id="probes">Probes</h2>
      {probes.error !== undefined && <p className="notice bad">{probes.error}</p>}
      {probes.value && all.length === 0 && <p className="muted" data-testid="no-probes">No probe delivers here. <code>weir probe --center ADDRESS</code> on another machine does; <code>weir up</code> captures by itself.</p>}
      {all.length > 0 && (
        <DataTable<Probe>
          label="Probes" testId="probes" rows={all} keyOf={(one) => one.name}
          columns={[
            { name: 'Name', cell: (one) => <>{visibleLine(one.name)}<code>{visibleLine(one.address ?? '')}</code></> },
            { name: 'State', cell: (one) => (one.connected ? <span className="good">connected</span> : <span className="bad" title={formatDate(one.lastSeen)}>{`last seen ${ago(one.lastSeen, now)}`}</span>) },
            { name: 'Version', cell: (one) => <span className={version !== undefined && one.version !== version ? 'bad' : undefined} title={version !== undefined && one.version !== version ? `The center is ${version}` : undefined}>{visibleLine(one.version)}</span> },
            { name: 'Planes', cell: (one) => (one.planes ?? []).join(', ') || 'no call yet' },
            { name: 'Stored here', number: true, cell: (one) => formatCount(one.storedHere) },
            { name: 'Waiting', number: true, cell: (one) => <span className={one.spooled > 0 ? 'bad' : undefined} title={formatBytes(one.spoolBytes)}>{formatCount(one.spooled)}</span> },
            { name: 'Clock', cell: (one) => clockWords(one.clockOffsetMs) },
            { name: 'Lost', cell: (one) => <Lost entries={one.ledger} /> },
          ]}
        />
      )}
    </section>
  );
}

function Lost({ entries }: { entries: readonly LedgerLine[] }) {
  if (entries.length === 0) return 'nothing';
  return (
    <details>
      <summary className="bad">{plural(entries.length, 'reason')}</summary>
      <ul>{entries.map((one) => <li key={`${one.plane} ${one.interface} ${one.reason}`}>{`${formatCount(one.count)} ${one.unit}: ${visibleLine(one.meaning)}`}</li>)}</ul>
    </details>
  );
}
