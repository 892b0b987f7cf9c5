import { Line } from '../../components/Line';
import { StoredLines } from '../../components/StoredLines';
import { useStatus } from '../../components/use-status';
import { formatCount, visibleLine } from '../../lib/format';
import { settingLabel, span } from '../status/parts';

const shownElsewhere = ['maxBytes', 'maxAgeSeconds'];

/** What is kept, for how long, and where; what runs. */
export function StorageFacts() {
  const { status, failed } = useStatus();
  const settings = status?.settings ?? {};
  return (
    <>
      {failed && <p className="notice bad">The center does not answer; these are its last numbers.</p>}
      <section aria-labelledby="kept" data-testid="kept">
        <h2 id="kept">What is kept</h2>
        <dl className="lines">
          <StoredLines status={status} />
          <Line label="For how long">{settings['maxAgeSeconds'] === undefined ? '–' : `${span(Number(settings['maxAgeSeconds']))}, or until the room is full: the oldest go first`}</Line>
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
