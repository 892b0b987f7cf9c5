import { useEffect } from 'react';
import type { Status } from '../../api/types';
import { Icon } from '../../components/Icon';
import { Line } from '../../components/Line';
import { PageHead } from '../../components/PageHead';
import { StoredLines } from '../../components/StoredLines';
import { formatBytes, formatCount, plural, visibleLine } from '../../lib/format';
import { useStatus } from '../../components/use-status';
import { whatHelpsAgainst } from './advice';
import { DataTable } from '../../components/DataTable';
import { KeptPackets } from './KeptPackets';
import { Probes, useProbes } from './Probes';
import { type LossRow, lossRows, reasonLabel, stageLabel } from './ledger';
import { opaqueConnections, planesOf, settingLabel, span, type TlsProcess, tlsProcesses } from './parts';
import { useLately } from './use-lately';
import './status-page.css';

const planeFields = ['capture_source'];
const tlsFields = ['src.name', 'dst.name'];
/** Rows of a table of processes. */
const maxReaders = 20;

/** What Weir did not see, and why; what it sees, and how; what it keeps. */
export function StatusPage() {
  const { status, failed } = useStatus();
  const lately = useLately('', planeFields);
  const tls = useLately('capture_source == "ebpf_tls"', tlsFields);
  const probes = useProbes();
  const rows = lossRows(status);
  useEffect(() => {
    document.title = rows.length > 0 ? 'Losses · Weir' : 'Status · Weir';
  }, [rows.length]);

  const tone = failed || !status ? 'unknown' : rows.length > 0 ? 'warn' : 'ok';
  const verdict = failed ? 'The center does not answer; these are its last numbers.'
    : !status ? 'Asking the center…'
    : rows.length > 0 ? 'Something was not seen or not kept.' : 'Nothing was lost.';

  return (
    <div className="status-page">
      <PageHead />
      <main className="status-main" tabIndex={0} aria-label="Status">
        <section className={`verdict ${tone}`} role="status" data-testid="verdict" data-tone={tone}>
          <Icon name={tone === 'ok' ? 'check' : 'warning'} />
          <h2>{verdict}</h2>
          {status?.version && <p className="muted">{`Weir ${status.version}, up for ${span(status.uptimeSeconds ?? 0)}`}</p>}
        </section>
        <Seen status={status} />
        <Losses rows={rows} answered={status !== undefined} />
        <Planes status={status} planes={planesOf(status, lately)} />
        <Tls opaque={opaqueConnections(status, probes.value?.items)} processes={tlsProcesses(status, tls, probes.value?.items)} />
        <KeptPackets />
        <Probes version={status?.version ?? undefined} probes={probes} />
        <div className="pair">
          <Storage status={status} />
          <Settings settings={status?.settings} />
        </div>
      </main>
    </div>
  );
}

function Seen({ status }: { status: Status | undefined }) {
  const capture = status?.capture ?? {};
  return (
    <section aria-labelledby="totals">
      <h2 id="totals">What was seen</h2>
      <dl className="totals">
        <Total label="Packets" value={formatCount(capture.packets ?? 0)} />
        <Total label="Bytes" value={formatBytes(capture.bytes ?? 0)} />
        <Total label="Connections" value={formatCount(capture.connections ?? 0)} />
        <Total label="Calls" value={formatCount(capture.exchanges ?? 0)} />
        <Total label="Calls in the store" value={formatCount(status?.storage?.exchanges ?? 0)} />
      </dl>
    </section>
  );
}

function Losses({ rows, answered }: { rows: LossRow[]; answered: boolean }) {
  return (
    <section aria-labelledby="losses">
      <h2 id="losses">What was not, and why</h2>
      {rows.length === 0 ? (
        <p className="muted">{answered ? 'Every packet, byte and call that arrived was accounted for.' : ' '}</p>
      ) : (
        <div className="wide" role="region" tabIndex={0} aria-label="Losses">
          <table data-testid="ledger">
            <thead>
              <tr>
                <th scope="col">While</th>
                <th scope="col" className="number">How much</th>
                <th scope="col">Why</th>
                <th scope="col">What helps</th>
                <th scope="col">Where</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={`${row.part} ${row.plane} ${row.interface} ${row.reason}`}>
                  <td>{stageLabel(row.stage)}</td>
                  <td className="number bad">{formatCount(row.count)} {row.unit}</td>
                  <td>
                    {row.meaning}
                    <code>{reasonLabel(row.reason)}</code>
                  </td>
                  <td>{whatHelpsAgainst(row.reason) ?? '–'}</td>
                  <td>{[row.interface, row.plane].filter((part) => part !== '-').join(' · ') || row.part}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Planes({ status, planes }: { status: Status | undefined; planes: ReturnType<typeof planesOf> }) {
  const interfaces = status?.capture?.interfaces ?? [];
  return (
    <section aria-labelledby="planes">
      <h2 id="planes">How it is seen</h2>
      {planes.length === 0 ? <p className="muted">No call came in the last hour.</p> : (
        <div className="wide" role="region" tabIndex={0} aria-label="Planes">
          <table data-testid="planes">
            <thead>
              <tr><th scope="col">Plane</th><th scope="col">What it reads</th><th scope="col" className="number">Calls, last hour</th><th scope="col" className="number">Reasons of loss</th></tr>
            </thead>
            <tbody>
              {planes.map((plane) => (
                <tr key={plane.name}>
                  <td>{visibleLine(plane.name)}</td>
                  <td>{visibleLine(plane.what)}</td>
                  <td className="number">{formatCount(plane.calls)}</td>
                  <td className={`number ${plane.losses > 0 ? 'bad' : ''}`}>{formatCount(plane.losses)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <h3>Interfaces</h3>
      {interfaces.length === 0 ? <p className="muted">None is being captured.</p> : (
        <div className="wide" role="region" tabIndex={0} aria-label="Interfaces">
          <table data-testid="interfaces">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col" className="number">Packets</th>
                <th scope="col" className="number">Bytes</th>
                <th scope="col" className="number">Dropped by the kernel</th>
                <th scope="col" className="number">Cut short</th>
              </tr>
            </thead>
            <tbody>
              {interfaces.map((device, index) => (
                <tr key={`${index} ${device.name}`}>
                  <td>{device.name}</td>
                  <td className="number">{formatCount(device.frames ?? 0)}</td>
                  <td className="number">{formatBytes(device.bytes ?? 0)}</td>
                  <td className={`number ${(device.kernelDrops ?? 0) > 0 ? 'bad' : ''}`}>{formatCount(device.kernelDrops ?? 0)}</td>
                  <td className={`number ${(device.truncated ?? 0) > 0 ? 'bad' : ''}`}>{formatCount(device.truncated ?? 0)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Tls({ opaque, processes }: { opaque: number | undefined; processes: readonly TlsProcess[] }) {
  return (
    <section aria-labelledby="tls" data-testid="tls">
      <h2 id="tls">Encrypted calls</h2>
      {opaque === undefined && processes.length === 0 ? (
        <p className="muted">
          Encrypted calls are not read: this run captures packets only. <code>weir up --source ebpf</code> reads them inside the TLS libraries of processes.
        </p>
      ) : (
        <p className="muted">
          {(opaque ?? 0) > 0
            ? `${plural(opaque ?? 0, 'encrypted connection')} belong to processes whose TLS library Weir cannot read.`
            : 'No process was seen whose TLS library Weir cannot read.'}
        </p>
      )}
      {processes.length > 0 && (
        <DataTable<TlsProcess>
          label="Processes" testId="tls-processes" rows={processes.slice(0, maxReaders)} keyOf={(one) => `${one.read} ${one.role} ${one.name}`}
          columns={[
            { name: 'Pod or process', cell: (one) => one.name },
            { name: 'As', cell: (one) => one.role },
            { name: 'TLS', cell: (one) => (one.read ? <span className="good">read in clear</span> : <span className="bad">encrypted, library unknown</span>) },
            { name: 'How much', number: true, cell: (one) => (one.read ? `${plural(one.count, 'call')}, last hour` : `${plural(one.count, 'connection')}, not seen`) },
          ]}
        />
      )}
    </section>
  );
}

function Storage({ status }: { status: Status | undefined }) {
  return (
    <section aria-labelledby="storage" data-testid="storage">
      <h2 id="storage">Storage</h2>
      <dl className="lines"><StoredLines status={status} /></dl>
    </section>
  );
}

function Settings({ settings }: { settings: Status['settings'] }) {
  const shown = (name: string, value: unknown) =>
    name === 'maxBytes' ? formatBytes(Number(value)) : name === 'maxAgeSeconds' ? span(Number(value))
    : typeof value === 'number' ? formatCount(value) : visibleLine(String(value));
  return (
    <section aria-labelledby="settings" data-testid="settings">
      <h2 id="settings">Settings</h2>
      <dl className="lines">
        {Object.entries(settings ?? {}).map(([name, value]) => <Line key={name} label={settingLabel(name)}>{shown(name, value)}</Line>)}
      </dl>
    </section>
  );
}


function Total({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
