import { useEffect } from 'react';
import { Icon } from '../../components/Icon';
import { PageNav } from '../../components/PageNav';
import { ThemeToggle } from '../../components/ThemeToggle';
import { formatBytes, formatCount } from '../../lib/format';
import { useStatus } from '../calls/use-status';
import { lossRows, reasonLabel, stageLabel } from './ledger';
import '../calls/app-header.css';
import './status-page.css';

/** What Weir did not see, and why. */
export function StatusPage() {
  const { status, failed } = useStatus();
  const rows = lossRows(status);
  const capture = status?.capture ?? {};
  const interfaces = capture.interfaces ?? [];
  useEffect(() => {
    document.title = rows.length > 0 ? 'Losses · Weir' : 'Status · Weir';
  }, [rows.length]);

  const tone = failed || !status ? 'unknown' : rows.length > 0 ? 'warn' : 'ok';
  const verdict = failed ? 'The center does not answer; these are its last numbers.'
    : !status ? 'Asking the center…'
    : rows.length > 0 ? 'Something was not seen or not kept.' : 'Nothing was lost.';

  return (
    <div className="status-page">
      <header className="app-header">
        <h1>
          <img src="/icon.svg" alt="" width="22" height="22" />
          Weir
        </h1>
        <PageNav />
        <div className="spacer" />
        <ThemeToggle />
      </header>
      <main className="status-main" tabIndex={0} aria-label="Status">
        <section className={`verdict ${tone}`} role="status" data-testid="verdict" data-tone={tone}>
          <Icon name={tone === 'ok' ? 'check' : 'warning'} />
          <h2>{verdict}</h2>
        </section>

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

        <section aria-labelledby="losses">
          <h2 id="losses">What was not, and why</h2>
          {rows.length === 0 ? (
            <p className="muted">{status ? 'Every packet, byte and call that arrived was accounted for.' : ' '}</p>
          ) : (
            <table data-testid="ledger">
              <thead>
                <tr><th scope="col">While</th><th scope="col">Reason</th><th scope="col">Where</th><th scope="col" className="number">How much</th></tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={`${row.part} ${row.plane} ${row.interface} ${row.reason}`}>
                    <td>{stageLabel(row.stage)}</td>
                    <td>
                      {row.meaning}
                      <code>{reasonLabel(row.reason)}</code>
                    </td>
                    <td>{[row.interface, row.plane].filter((part) => part !== '-').join(' · ') || row.part}</td>
                    <td className="number">{formatCount(row.count)} {row.unit}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </section>

        <section aria-labelledby="interfaces">
          <h2 id="interfaces">Interfaces</h2>
          {interfaces.length === 0 ? <p className="muted">None is being captured.</p> : (
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
          )}
        </section>
        {status?.version && <p className="muted">Weir {status.version}</p>}
      </main>
    </div>
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
