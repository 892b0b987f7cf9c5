import { useState } from 'react';
import { ConfirmButton } from '../../components/ConfirmButton';
import { DataTable } from '../../components/DataTable';
import { Dialog } from '../../components/Dialog';
import { useAnswer } from '../../components/use-answer';
import { useNow } from '../../components/use-now';
import { formatDate } from '../../lib/format';
import { until } from '../../lib/time';
import { getAlerts, removeSilence } from './api';
import { SilenceForm } from './SilenceForm';
import type { Silence } from './types';
import { words } from './words';

const refreshMs = 5000;

export function Silences({ operates }: { operates: boolean }) {
  const alerts = useAnswer('alerts', getAlerts, refreshMs);
  const now = useNow();
  const [adding, setAdding] = useState(false);
  const silences = alerts.value?.silences ?? [];
  return (
    <section aria-labelledby="silences">
      <div className="section-bar">
        <h2 id="silences">What nobody is told of</h2>
        {operates && <button type="button" className="button" data-testid="silence-new" onClick={() => setAdding(true)}>Silence something…</button>}
      </div>
      {alerts.error !== undefined && <p className="notice bad" role="alert">{alerts.error}</p>}
      {silences.length === 0 ? <p className="muted" data-testid="no-silences">Nothing is silenced: receivers are told of everything they asked for.</p> : (
        <DataTable<Silence>
          label="Silences" testId="silences" rows={silences} keyOf={(one) => one.id}
          columns={[
            { name: 'What', cell: (one) => whatOf(one) },
            { name: 'Ends', cell: (one) => <span title={formatDate(one.endsAt)}>{until(one.endsAt, now)}</span> },
            { name: 'By', cell: (one) => one.by },
            { name: 'Why', cell: (one) => one.comment ?? '–' },
            {
              name: '',
              cell: (one) => operates && (
                <ConfirmButton
                  label="End" name={`End the silence of ${whatOf(one)}`} title="End this silence?" yes="End it" testId="silence-end"
                  onYes={async () => {
                    await removeSilence(one.id);
                    alerts.again();
                  }}
                >
                  <p>Receivers are told of it again, from the next incident on.</p>
                </ConfirmButton>
              ),
            },
          ]}
        />
      )}
      <Dialog title="Tell nobody for a time" open={adding} testId="silence-dialog" onClose={() => setAdding(false)}>
        <SilenceForm
          start={{}}
          onDone={() => {
            setAdding(false);
            alerts.again();
          }}
        />
      </Dialog>
    </section>
  );
}

const whatOf = (one: Silence) =>
  [one.kind && words(one.kind), one.service && `on ${one.service}`, one.namespace && `in ${one.namespace}`, one.source && `from ${one.source}`].filter(Boolean).join(' ');
