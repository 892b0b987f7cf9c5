import { type FormEvent, useState } from 'react';
import { DataTable } from '../../components/DataTable';
import { offered } from '../../components/offered';
import { useAnswer } from '../../components/use-answer';
import { useNow } from '../../components/use-now';
import { follow, goTo } from '../../components/use-page';
import { addressOf, usePlace } from '../../components/use-place';
import { formatCount, formatDate, visibleLine } from '../../lib/format';
import { ago, lasting } from '../../lib/time';
import { getScan, listScans, startScan } from './api';
import { CountPills } from './CountPills';
import type { Scan, Vulnerability } from './types';
import { Unavailable } from './Unavailable';

const refreshMs = 4000;
const maxShown = 200;

/** Scans of images: start one, see how far it is, what it found. */
export function Images({ operates }: { operates: boolean }) {
  const { query } = usePlace();
  const now = useNow();
  const answer = useAnswer('scans', (signal) => offered(listScans(signal)), refreshMs);
  const chosen = query.get('scan') ?? '';
  const [image, setImage] = useState('');
  const [trouble, setTrouble] = useState('');
  if (answer.value === undefined) return <p className={answer.error === undefined ? 'muted' : 'notice bad'}>{answer.error ?? 'Asking the center…'}</p>;
  if (answer.value.value === undefined) return <Unavailable why={answer.value.why}><p className="muted"><code>weir scan IMAGE</code> scans one by hand, where Trivy is installed.</p></Unavailable>;
  const { scanner, scans } = answer.value.value;
  const place = (scan: string) => addressOf(['cluster'], { view: 'images', scan });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTrouble('');
    try {
      const scan = await startScan(image.trim());
      setImage('');
      answer.again();
      goTo(place(scan.id));
    } catch (failure) {
      setTrouble(failure instanceof Error ? failure.message : String(failure));
    }
  };
  return (
    <>
      <section aria-labelledby="scans">
        <h2 id="scans">What is in images</h2>
        <p className="muted" data-testid="scanner">
          {scanner.available
            ? `Trivy ${scanner.version ?? ''}${scanner.databaseUpdatedAt ? `, with what was known ${ago(scanner.databaseUpdatedAt, now)}` : ''}. ${scanner.reason ?? ''}`
            : `Images cannot be scanned here: ${scanner.reason ?? 'Trivy is not there'}.`}
        </p>
        {operates && (
          <form className="scan-form" onSubmit={(event) => void submit(event)}>
            <label className="visually-hidden" htmlFor="image">Image</label>
            <input id="image" type="text" data-testid="image" required maxLength={512} placeholder="registry.example/shop/orders:1.4" spellCheck={false} autoComplete="off" autoCapitalize="none" value={image} onChange={(event) => setImage(event.target.value)} />
            <button type="submit" className="button primary" data-testid="scan" disabled={!scanner.available}>Scan</button>
          </form>
        )}
        <p className="trouble" role="alert">{trouble}</p>
        {scans.length === 0 ? <p className="muted" data-testid="no-scans">No image was scanned yet.</p> : (
          <DataTable<Scan>
            label="Scans" testId="scans" rows={scans} keyOf={(one) => one.id}
            columns={[
              { name: 'Image', cell: (one) => <a className="link" href={place(one.id)} aria-current={one.id === chosen ? 'true' : undefined} onClick={(event) => follow(event, place(one.id))}>{visibleLine(one.image)}</a> },
              { name: 'Found', cell: (one) => (one.counts ? <CountPills counts={one.counts} /> : one.state === 'failed' ? <span className="bad">{visibleLine(one.error ?? 'failed')}</span> : <Running scan={one} now={now} />) },
              { name: 'When', cell: (one) => <span title={formatDate(one.startedAt)}>{ago(one.startedAt, now)}</span> },
            ]}
          />
        )}
      </section>
      {chosen !== '' && <Report key={chosen} id={chosen} />}
    </>
  );
}

function Running({ scan, now }: { scan: Scan; now: number }) {
  return <span role="status">{(scan.ahead ?? 0) > 0 ? `waits for ${formatCount(scan.ahead ?? 0)} before it` : `scanning for ${lasting(now - Date.parse(scan.startedAt))}`}</span>;
}

function Report({ id }: { id: string }) {
  const report = useAnswer(id, (signal) => getScan(id, signal), refreshMs);
  const scan = report.value;
  if (!scan) return <p className={report.error === undefined ? 'muted' : 'notice bad'}>{report.error ?? 'Asking the center…'}</p>;
  const found = scan.vulnerabilities ?? [];
  return (
    <section aria-labelledby="report" data-testid="scan-report" data-state={scan.state}>
      <h2 id="report">{visibleLine(scan.image)}</h2>
      {scan.counts && <CountPills counts={scan.counts} />}
      {scan.endOfLife && <p className="notice bad">{`${visibleLine(scan.operatingSystem ?? 'Its system')} gets no more fixes.`}</p>}
      {scan.state === 'failed' && <p className="notice bad">{visibleLine(scan.error ?? 'The scan failed.')}</p>}
      {scan.state === 'done' && found.length === 0 && <p className="muted">No known vulnerability.</p>}
      {found.length > 0 && (
        <DataTable<Vulnerability>
          label="Vulnerabilities" testId="vulnerabilities" rows={found.slice(0, maxShown)} keyOf={(one) => `${one.id} ${one.package} ${one.installed} ${one.target ?? ''}`}
          columns={[
            { name: 'Severity', cell: (one) => <span className={`pill tone-${one.severity === 'critical' || one.severity === 'high' ? 'error' : one.severity === 'medium' ? 'warn' : 'info'}`}>{visibleLine(one.severity)}</span> },
            { name: 'What', cell: (one) => <>{visibleLine(one.id)}{one.title && <code className="wraps">{visibleLine(one.title)}</code>}</> },
            { name: 'In', cell: (one) => `${one.package} ${one.installed}` },
            { name: 'Put right in', cell: (one) => (one.fixed ? <span className="good">{visibleLine(one.fixed)}</span> : 'no version yet') },
          ]}
        />
      )}
      {found.length > maxShown || (scan.omitted ?? 0) > 0 ? <p className="muted">{`${formatCount(Math.max(0, found.length - maxShown) + (scan.omitted ?? 0))} more, none of them worse.`}</p> : null}
    </section>
  );
}
