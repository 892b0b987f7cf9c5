import { useState } from 'react';
import { ConfirmButton } from '../../components/ConfirmButton';
import { DataTable } from '../../components/DataTable';
import { offered } from '../../components/offered';
import { useAnswer } from '../../components/use-answer';
import { goTo } from '../../components/use-page';
import { addressOf, usePlace } from '../../components/use-place';
import { visibleLine } from '../../lib/format';
import { applyPolicy, deletePolicy, listCurated, listPolicies } from './api';
import type { Policy } from './types';
import { HowToConnect, Unavailable } from './Unavailable';

const refreshMs = 10_000;

/** What Tetragon is asked to watch or stop. */
export function Policies({ operates }: { operates: boolean }) {
  const { query } = usePlace();
  const answer = useAnswer('policies', (signal) => offered(listPolicies(signal)), refreshMs);
  const policies = answer.value?.value;
  const why = answer.value?.why ?? (policies && !policies.available ? (policies.reason ?? '') : undefined);
  const adding = query.get('policy') === 'new';
  const place = (policy: string) => addressOf(['cluster'], { view: 'policies', policy });
  if (answer.value === undefined) return <p className={answer.error === undefined ? 'muted' : 'notice bad'}>{answer.error ?? 'Asking the cluster…'}</p>;
  if (why !== undefined) return <Unavailable why={why}><p className="muted">Policies are objects of Tetragon: it must be installed in the cluster.</p><HowToConnect /></Unavailable>;
  const all = policies?.policies ?? [];
  return (
    <section aria-labelledby="policies">
      <div className="section-bar">
        <h2 id="policies">What Tetragon watches</h2>
        {operates && !adding && <button type="button" className="button" data-testid="policy-new" onClick={() => goTo(place('new'))}>Another policy…</button>}
      </div>
      {adding && operates && (
        <NewPolicy
          onClose={() => goTo(place(''))}
          onDone={() => {
            answer.again();
            goTo(place(''));
          }}
        />
      )}
      {all.length === 0 ? <p className="muted" data-testid="no-policies">No policy is there. Tetragon tells of starts and ends of processes without one.</p> : (
        <DataTable<Policy>
          label="Policies" testId="policies" rows={all} keyOf={(one) => `${one.namespace ?? ''}/${one.name}`}
          columns={[
            { name: 'Name', cell: (one) => <>{visibleLine(one.name)}<code>{visibleLine(one.namespace ? `in ${one.namespace}` : 'whole cluster')}</code></> },
            { name: 'Mode', cell: (one) => <span className={one.mode === 'enforce' ? 'bad' : undefined}>{visibleLine(one.mode ?? 'monitor')}</span> },
            { name: 'Watches', cell: (one) => (one.hooks ?? []).join(', ') || '–' },
            { name: 'From', cell: (one) => (one.curated ? 'Weir' : 'others') },
            {
              name: '',
              cell: (one) => operates && (
                <ConfirmButton
                  label="Delete" name={`Delete ${one.name}`} title={`Delete the policy ${one.name}?`} yes="Delete it" testId="policy-delete" danger
                  onYes={async () => {
                    await deletePolicy(one.name, one.namespace ?? '');
                    answer.again();
                  }}
                >
                  <p>Tetragon stops watching for it at once{one.curated ? '' : '. It is not one of Weir: whoever made it may rely on it'}.</p>
                </ConfirmButton>
              ),
            },
          ]}
        />
      )}
    </section>
  );
}

function NewPolicy({ onClose, onDone }: { onClose(): void; onDone(): void }) {
  const curated = useAnswer('curated', (signal) => offered(listCurated(signal)));
  const [yaml, setYaml] = useState('');
  const [start, setStart] = useState('');
  const from = curated.value?.value?.find(({ name }) => name === start);
  const [enforce, setEnforce] = useState(false);
  const [said, setSaid] = useState<{ text: string; failed: boolean }>({ text: '', failed: false });
  const check = async () => {
    try {
      await applyPolicy(yaml, true, enforce);
      setSaid({ text: 'The cluster would take it. Nothing was changed.', failed: false });
    } catch (failure) {
      setSaid({ text: failure instanceof Error ? failure.message : String(failure), failed: true });
    }
  };
  return (
    <div className="limit-form" data-testid="policy-form">
      <div className="section-bar">
        <h3>Another policy</h3>
        <button type="button" className="button quiet" onClick={onClose}>Leave it</button>
      </div>
      <div className="fields">
        {(curated.value?.value ?? []).length > 0 && (
          <label>
            Start from one of Weir
            <select
              value={start} data-testid="policy-curated"
              onChange={(event) => {
                setStart(event.target.value);
                setYaml(curated.value?.value?.find(({ name }) => name === event.target.value)?.yaml ?? '');
                setSaid({ text: '', failed: false });
              }}
            >
              <option value="">none</option>
              {curated.value?.value?.map((one) => <option key={one.name} value={one.name}>{one.name}</option>)}
            </select>
          </label>
        )}
        {from && <p className="muted">{visibleLine(from.description)}</p>}
        <label>
          TracingPolicy, YAML
          <textarea spellCheck={false} data-testid="policy-yaml" value={yaml} onChange={(event) => setYaml(event.target.value)} />
        </label>
        <label className="check"><input type="checkbox" checked={enforce} onChange={(event) => setEnforce(event.target.checked)} />It may stop processes, not only tell of them</label>
      </div>
      <p role="status" className={said.failed ? 'trouble' : 'muted'} data-testid="policy-said">{visibleLine(said.text)}</p>
      <div className="actions-bar">
        <button type="button" className="button" disabled={yaml.trim() === ''} data-testid="policy-check" onClick={() => void check()}>Check with the cluster, change nothing</button>
        <ConfirmButton
          label="Apply…" title="Apply this policy?" yes="Apply it" testId="policy-apply" danger={enforce} disabled={yaml.trim() === ''}
          onYes={async () => {
            await applyPolicy(yaml, false, enforce);
            onDone();
          }}
        >
          <p>{enforce ? 'Tetragon will stop what it names, on every node it is for, from now on.' : 'Tetragon will tell of what it names, and stop nothing.'}</p>
        </ConfirmButton>
      </div>
    </div>
  );
}
