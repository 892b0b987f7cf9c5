import type { ReactNode } from 'react';
import { useStatus } from '../../components/use-status';
import { formatBytes, formatCount, formatDate, visibleLine } from '../../lib/format';
import { settingLabel, span } from '../status/parts';

const shownElsewhere = ['maxBytes', 'maxAgeSeconds'];

/** What is kept, for how long, and where; what runs. */
export function StorageFacts() {
  const { status, failed } = useStatus();
  const storage = status?.storage ?? {};
  const settings = status?.settings ?? {};
  const limit = Number(settings['maxBytes'] ?? 0);
  return (
    <>
      {failed && <p className="notice bad">The center does not answer; these are its last numbers.</p>}
      <section aria-labelledby="kept" data-testid="kept">
        <h2 id="kept">What is kept</h2>
        <dl className="lines">
          <Line label="Calls">{formatCount(storage.exchanges ?? 0)}</Line>
          <Line label="On disk">
            {`${formatBytes(storage.bytes ?? 0)}${limit > 0 ? ` of ${formatBytes(limit)}` : ''}`}
            {limit > 0 && <meter min={0} max={limit} value={Math.min(limit, storage.bytes ?? 0)} aria-label="Share of the room that calls may take" />}
          </Line>
          <Line label="For how long">{settings['maxAgeSeconds'] === undefined ? '–' : `${span(Number(settings['maxAgeSeconds']))}, or until the room is full: the oldest go first`}</Line>
          <Line label="Oldest">{storage.oldest ? formatDate(storage.oldest).slice(0, -4) : '–'}</Line>
          <Line label="Newest">{storage.newest ? formatDate(storage.newest).slice(0, -4) : '–'}</Line>
          <Line label="Deleted for age">{formatCount(storage.deletedByAge ?? 0)}</Line>
          <Line label="Deleted for room">{formatCount(storage.deletedBySize ?? 0)}</Line>
          {storage.lastError && <Line label="Last failure"><span className="bad">{visibleLine(storage.lastError)}</span></Line>}
        </dl>
        <p className="muted">Chosen at the start: <code>--max-size</code> and <code>--max-age</code>, or <code>maxSize</code> and <code>maxAge</code> of the configuration.</p>
      </section>
      <section aria-labelledby="runs" data-testid="runs">
        <h2 id="runs">What runs</h2>
        <dl className="lines">
          <Line label="Version">{status?.version ? `Weir ${status.version}` : '–'}</Line>
          <Line label="Up for">{status?.uptimeSeconds == null ? '–' : span(status.uptimeSeconds)}</Line>
          {Object.entries(settings).filter(([name]) => !shownElsewhere.includes(name)).map(([name, value]) => (
            <Line key={name} label={settingLabel(name)}>{typeof value === 'number' ? formatCount(value) : visibleLine(String(value))}</Line>
          ))}
        </dl>
      </section>
    </>
  );
}

function Line({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
