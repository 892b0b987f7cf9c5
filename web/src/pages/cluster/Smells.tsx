import { offered } from '../../components/offered';
import { useAnswer } from '../../components/use-answer';
import { useNow } from '../../components/use-now';
import { goTo } from '../../components/use-page';
import { addressOf, usePlace } from '../../components/use-place';
import { formatCount, plural, visibleLine } from '../../lib/format';
import { ago } from '../../lib/time';
import { severities, severityTone } from '../incidents/words';
import { getSmells } from './api';
import { NamespaceChoice } from './NamespaceChoice';
import type { Smell } from './types';
import { HowToConnect, Unavailable } from './Unavailable';

const maxShown = 300;

/** What is wrong with the objects of the live cluster, the worst first, with what to do. */
export function Smells() {
  const { query } = usePlace();
  const now = useNow(10_000);
  const [namespace, severity] = [query.get('namespace') ?? '', query.get('severity') ?? ''];
  const answer = useAnswer(`${namespace} ${severity}`, (signal) => offered(getSmells(namespace, severity, signal)));
  const go = (change: Record<string, string>) => goTo(addressOf(['cluster'], { view: 'smells', namespace, severity, ...change }));
  const smells = answer.value?.value;
  const why = answer.value?.why ?? (smells && !smells.available ? (smells.reason ?? '') : undefined);
  const found = smells?.findings ?? [];
  const worst = [...found].sort((one, other) => severities.indexOf(other.severity) - severities.indexOf(one.severity));
  return (
    <section aria-labelledby="smells">
      <div className="section-bar">
        <h2 id="smells">{smells?.available ? plural(found.length, 'thing to put right', 'things to put right') : 'What is wrong with what runs'}</h2>
        {why === undefined && (
          <div className="endpoints-bar flat">
            <label>
              Severity
              <select className="chip" data-testid="severity" value={severity} onChange={(event) => go({ severity: event.target.value })}>
                <option value="">Any</option>
                {[...severities].reverse().map((one) => <option key={one} value={one}>{one === 'critical' ? one : `${one} or worse`}</option>)}
              </select>
            </label>
            <NamespaceChoice names={found.map((one) => one.namespace ?? '')} value={namespace} onChange={(name) => go({ namespace: name })} />
            <button type="button" className="button" data-testid="smells-again" onClick={answer.again}>Look again</button>
          </div>
        )}
      </div>
      {answer.error !== undefined && <p className="notice bad" role="alert">{answer.error}</p>}
      {answer.value === undefined && answer.error === undefined && <p className="muted">Reading the cluster…</p>}
      {why !== undefined && <Unavailable why={why}><HowToConnect /><p className="muted"><code>weir smells FILES…</code> looks at manifests without a cluster.</p></Unavailable>}
      {smells?.available && smells.scannedAt && <p className="muted">{`As of ${ago(smells.scannedAt, now)}.`}{(smells.summary?.suppressed ?? 0) > 0 && ` ${formatCount(smells.summary?.suppressed ?? 0)} are suppressed by annotations.`}</p>}
      {smells?.available && found.length === 0 && <p className="muted" data-testid="no-smells">Nothing of this: the objects keep to what Weir checks.</p>}
      {worst.length > 0 && (
        <ul className="findings-list" data-testid="smells">
          {worst.slice(0, maxShown).map((one, index) => (
            <li key={index} className={`tone-${severityTone(one.severity)}`} data-testid="smell">
              <span className="pill">{one.severity}</span>
              <div>
                <p><b>{visibleLine(subjectOf(one))}</b>{visibleLine(` ${one.message}`)}</p>
                {one.remediation && <p className="muted">{visibleLine(one.remediation)}</p>}
              </div>
              <code title={one.title ?? undefined}>{visibleLine(one.id)}</code>
            </li>
          ))}
        </ul>
      )}
      {worst.length > maxShown && <p className="muted">{`${formatCount(worst.length - maxShown)} more: choose a namespace or a severity.`}</p>}
    </section>
  );
}

/** `Deployment shop/web, container main:` */
export function subjectOf(one: Pick<Smell, 'kind' | 'namespace' | 'objectName' | 'container'>): string {
  const name = [one.namespace, one.objectName].filter(Boolean).join('/');
  const subject = [one.kind, name].filter(Boolean).join(' ');
  return `${subject === '' ? 'The cluster' : subject}${one.container ? `, container ${one.container}` : ''}:`;
}
