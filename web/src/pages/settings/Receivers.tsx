import { useState } from 'react';
import { DataTable } from '../../components/DataTable';
import { useAnswer } from '../../components/use-answer';
import { formatCount, visibleLine } from '../../lib/format';
import { getAlerts } from '../incidents/api';
import type { Receiver } from '../incidents/types';
import { testReceiver } from './api';

const refreshMs = 5000;

const example = `alerts:
  to:
    ops:
      slack: {urlFile: /run/secrets/slack-webhook}
      minSeverity: high`;

/** Who is told of incidents, how they fare, and a test for each. */
export function Receivers({ operates }: { operates: boolean }) {
  const alerts = useAnswer('alerts', getAlerts, refreshMs);
  const all = alerts.value?.destinations ?? [];
  return (
    <section aria-labelledby="receivers">
      <h2 id="receivers">Who is told of incidents</h2>
      {alerts.error !== undefined && <p className="notice bad" role="alert">{alerts.error}</p>}
      {alerts.value && all.length === 0 && (
        <div className="nothing" data-testid="no-receivers">
          <h3>Nobody is told.</h3>
          <p>Receivers stand in the configuration of the center, so that their secrets never pass through a browser:</p>
          <pre className="document" tabIndex={0} aria-label="Example">{example}</pre>
          <p className="muted">Slack, Firebase, webhook and Alertmanager; <code>weir center --check</code> says what is wrong.</p>
        </div>
      )}
      {all.length > 0 && (
        <DataTable<Receiver>
          label="Receivers" testId="receivers" rows={all} keyOf={(one) => one.name}
          columns={[
            { name: 'Name', cell: (one) => <>{visibleLine(one.name)}<code>{visibleLine(`${one.kind} at ${one.destination}`)}</code></> },
            { name: 'Of', cell: (one) => `${one.minSeverity} or worse${one.namespaces.length > 0 ? ` in ${one.namespaces.join(', ')}` : ''}` },
            { name: 'Taken', number: true, cell: (one) => formatCount(one.delivered) },
            { name: 'Waiting', number: true, cell: (one) => <span className={one.waiting > 0 ? 'bad' : undefined}>{formatCount(one.waiting)}</span> },
            { name: 'Given up', number: true, cell: (one) => <span className={one.refused + one.expired > 0 ? 'bad' : undefined}>{formatCount(one.refused + one.expired)}</span> },
            { name: 'In its way', cell: (one) => (one.problem ? <span className="bad">{visibleLine(one.problem)}</span> : 'nothing') },
            { name: '', cell: (one) => operates && <Test name={one.name} /> },
          ]}
        />
      )}
    </section>
  );
}

function Test({ name }: { name: string }) {
  const [state, setState] = useState<{ text: string; bad: boolean; busy: boolean }>({ text: '', bad: false, busy: false });
  const run = async () => {
    setState({ text: 'asking…', bad: false, busy: true });
    try {
      const answer = (await testReceiver(name))[0];
      setState(answer?.taken ? { text: 'took it', bad: false, busy: false } : { text: answer?.problem ?? 'no answer', bad: true, busy: false });
    } catch (failure) {
      setState({ text: failure instanceof Error ? failure.message : String(failure), bad: true, busy: false });
    }
  };
  return (
    <div className="row-actions">
      <button type="button" className="button" aria-label={`Send a test to ${name}`} data-testid="receiver-test" disabled={state.busy} onClick={() => void run()}>Test</button>
      <span role="status" className={state.bad ? 'bad' : 'good'} data-testid="receiver-said">{visibleLine(state.text)}</span>
    </div>
  );
}
