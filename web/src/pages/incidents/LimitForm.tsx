import { useState } from 'react';
import { ApiError } from '../../api/client';
import { ConfirmButton } from '../../components/ConfirmButton';
import { applyLimit, previewLimit } from './api';
import { PreviewView } from './PreviewView';
import type { LimitOrder, Preview, Target } from './types';
import { limitTarget, limitWords } from './words';

interface Props {
  /** What leads to the service, where the cluster says so. */
  targets: readonly Target[];
  /** Why it is not known what leads to the service. */
  why: string | undefined;
  reason: string;
  onApplied(): void;
  onClose(): void;
}

const kinds = ['Ingress', 'HTTPRoute', 'GRPCRoute', 'Gateway'];
const durations = [[900, '15 minutes'], [1800, '30 minutes'], [3600, '1 hour'], [14_400, '4 hours'], [86_400, '1 day']] as const;
const other = 'other';

/** A limit before it is one: what it would change, whom it would have refused; then the way to set it. */
export function LimitForm({ targets, why, reason, onApplied, onClose }: Props) {
  const [chosen, setChosen] = useState<string>();
  const [named, setNamed] = useState<Target>({ kind: 'Ingress', namespace: '', name: '' });
  const [numbers, setNumbers] = useState({ rps: '10', burst: '', connections: '' });
  const [ttlSeconds, setTtl] = useState(1800);
  const [words, setWords] = useState(reason);
  const [shown, setShown] = useState<{ order: LimitOrder; preview: Preview }>();
  const [said, setSaid] = useState<{ text: string; failed: boolean }>({ text: '', failed: false });
  const [busy, setBusy] = useState(false);
  const pick = chosen ?? (targets[0] ? limitTarget(targets[0]) : other);
  const target = targets.find((one) => limitTarget(one) === pick) ?? named;
  const number = (text: string) => (text.trim() === '' ? undefined : Number(text));
  const order = (): LimitOrder => {
    const [rps, burst, connections] = [number(numbers.rps), number(numbers.burst), number(numbers.connections)];
    return {
      target, ttlSeconds, ...(words === '' ? {} : { reason: words }),
      ...(rps === undefined ? {} : { rps }), ...(burst === undefined ? {} : { burst }), ...(connections === undefined ? {} : { connections }),
    };
  };
  const look = async () => {
    setBusy(true);
    setSaid({ text: '', failed: false });
    try {
      const asked = order();
      setShown({ order: asked, preview: await previewLimit(asked) });
    } catch (failure) {
      setShown(undefined);
      setSaid({ text: troubleOf(failure), failed: true });
    }
    setBusy(false);
  };
  const dryRun = async () => {
    if (!shown) return;
    try {
      await applyLimit({ ...shown.order, dryRun: true });
      setSaid({ text: 'The cluster would take it: the API server checked every change and stored none.', failed: false });
    } catch (failure) {
      setSaid({ text: troubleOf(failure), failed: true });
    }
  };
  const changed = () => setShown(undefined);
  return (
    <section className="limit-form" aria-label="A limit" data-testid="limit-form" onChange={changed}>
      <div className="section-bar">
        <h3>Limit what leads there</h3>
        <button type="button" className="button quiet" onClick={onClose}>Leave it</button>
      </div>
      {why !== undefined && <p className="notice" data-testid="limit-why">{why}</p>}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void look();
        }}
      >
        <div className="fields two">
          {targets.length > 0 && (
            <label>
              What
              <select name="target" value={pick} onChange={(event) => setChosen(event.target.value)}>
                {targets.map((one) => <option key={limitTarget(one)} value={limitTarget(one)}>{limitTarget(one)}</option>)}
                <option value={other}>Another…</option>
              </select>
            </label>
          )}
          {pick === other && (
            <>
              <label>
                Kind
                <select name="kind" value={named.kind} onChange={(event) => setNamed({ ...named, kind: event.target.value })}>
                  {kinds.map((kind) => <option key={kind}>{kind}</option>)}
                </select>
              </label>
              <label>
                Namespace
                <input type="text" name="namespace" required maxLength={63} spellCheck={false} autoComplete="off" value={named.namespace} onChange={(event) => setNamed({ ...named, namespace: event.target.value })} />
              </label>
              <label>
                Name
                <input type="text" name="name" required maxLength={253} spellCheck={false} autoComplete="off" value={named.name} onChange={(event) => setNamed({ ...named, name: event.target.value })} />
              </label>
            </>
          )}
          {([['rps', 'Requests a second'], ['burst', 'More at once'], ['connections', 'Connections']] as const).map(([name, label]) => (
            <label key={name}>
              {label}
              <input type="number" name={name} min={1} max={1_000_000} value={numbers[name]} onChange={(event) => setNumbers({ ...numbers, [name]: event.target.value })} />
            </label>
          ))}
          <label>
            Ends after
            <select name="ttl" value={ttlSeconds} onChange={(event) => setTtl(Number(event.target.value))}>
              {durations.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
            </select>
          </label>
          <label>
            Why
            <input type="text" name="reason" maxLength={200} value={words} onChange={(event) => setWords(event.target.value)} />
          </label>
        </div>
        <p className="muted">For each client address and each replica of the controller.</p>
        <div className="actions-bar"><button type="submit" className={shown ? 'button' : 'button primary'} data-testid="limit-preview" disabled={busy}>Show what it would do</button></div>
      </form>
      <p role="status" className={said.failed ? 'trouble' : 'muted'} data-testid="limit-said">{said.text}</p>
      {shown && (
        <>
          <PreviewView preview={shown.preview} />
          <div className="actions-bar">
            <button type="button" className="button" data-testid="limit-dry-run" onClick={() => void dryRun()}>Check with the cluster, change nothing</button>
            <ConfirmButton
              label="Set this limit…" title={`Limit ${limitTarget(shown.order.target)}?`} yes="Set it" testId="limit-apply" danger disabled={shown.preview.unavailable !== undefined}
              onYes={async () => {
                await applyLimit({ ...shown.order, takeOver: shown.preview.conflicts.length > 0 });
                onApplied();
              }}
            >
              <p>{`To ${limitWords(shown.order)}, for ${durations.find(([seconds]) => seconds === shown.order.ttlSeconds)?.[1] ?? 'a time'}; then it is taken back by itself.`}</p>
              {shown.preview.conflicts.length > 0 && <p>Fields that others own are changed, and put back at the end.</p>}
              {shown.preview.traffic && <p><b>{`It would have refused ${shown.preview.traffic.blocked} of ${shown.preview.traffic.calls} calls of the last hour.`}</b></p>}
            </ConfirmButton>
          </div>
        </>
      )}
    </section>
  );
}

function troubleOf(failure: unknown): string {
  if (failure instanceof ApiError) return [failure.problem.title, failure.problem.detail].filter(Boolean).join(': ');
  return failure instanceof Error ? failure.message : String(failure);
}
