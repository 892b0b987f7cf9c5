import { useEffect, useState } from 'react';
import { KeysDialog } from '../../components/KeysDialog';
import { PageHead } from '../../components/PageHead';
import { pageShortcuts } from '../../components/pages';
import { Segments } from '../../components/Segments';
import { useAnswer } from '../../components/use-answer';
import { useKeys } from '../../components/use-keys';
import { follow, goTo } from '../../components/use-page';
import { addressOf, usePlace } from '../../components/use-place';
import { useRights } from '../../components/use-rights';
import { plural } from '../../lib/format';
import { listIncidents } from './api';
import { IncidentDetail } from './IncidentDetail';
import { IncidentRows } from './IncidentRows';
import { Limits } from './Limits';
import { choose, namespacesOf } from './select';
import { Silences } from './Silences';
import { severities, titleOf } from './words';
import '../status/status-page.css';
import '../endpoints/endpoints.css';
import './incidents.css';

const refreshMs = 5000;
/** What is below is a remark or context, and no alarm. */
const usualSeverity = 'medium';
const views = [['list', 'Incidents'], ['limits', 'Limits'], ['silences', 'Silences']] as const;
type View = (typeof views)[number][0];
const states = [['', 'All'], ['open', 'Open'], ['closed', 'Over']] as const;

/** What was unusual, why, who was told, and what is done about it. */
export function IncidentsPage() {
  const { path, query } = usePlace();
  const { operates } = useRights();
  const id = path[1] ?? '';
  const view: View = views.find(([known]) => known === query.get('view'))?.[0] ?? 'list';
  const choice = { state: query.get('state') ?? '', severity: query.get('severity') ?? usualSeverity, namespace: query.get('namespace') ?? '' };
  const list = useAnswer('incidents', listIncidents, refreshMs);
  const items = list.value?.items ?? [];
  const shown = choose(items, choice);
  const selected = items.find((one) => one.id === id);
  const addressTo = (which: string) => addressOf(which === '' ? ['incidents'] : ['incidents', which], spare(choice));
  const everything = addressOf(['incidents'], { severity: 'info' });
  const narrow = (change: Partial<typeof choice>) => goTo(addressOf(['incidents'], spare({ ...choice, ...change })));
  const move = (step: number) => {
    const at = shown.findIndex((one) => one.id === id);
    const next = shown[at < 0 ? 0 : Math.min(shown.length - 1, Math.max(0, at + step))];
    if (view === 'list' && next && next.id !== id) goTo(addressTo(next.id));
  };
  const [keysOpen, setKeysOpen] = useState(false);
  useKeys({ j: () => move(1), k: () => move(-1), Escape: () => id !== '' && goTo(addressTo('')), '?': () => setKeysOpen(true) });
  useEffect(() => {
    const open = items.filter((one) => one.state === 'open').length;
    document.title = selected ? `${titleOf(selected)} · Weir` : open > 0 ? `${open} open · Incidents · Weir` : 'Incidents · Weir';
  });

  return (
    <div className="status-page">
      <PageHead />
      <main className="status-main endpoints-main" tabIndex={0} aria-label="Incidents">
        <div className="endpoints-bar">
          <Segments label="View" name="view" choices={views} value={view} onChange={(next) => goTo(addressOf(['incidents'], { view: next === 'list' ? '' : next }))} />
          {view === 'list' && (
            <>
              <Segments label="State" name="state" choices={states} value={choice.state as '' | 'open' | 'closed'} onChange={(state) => narrow({ state })} />
              <label>
                Severity
                <select className="chip" data-testid="severity" value={choice.severity} onChange={(event) => narrow({ severity: event.target.value })}>
                  {[...severities].reverse().map((severity) => <option key={severity} value={severity}>{severity === 'critical' ? severity : severity === 'info' ? 'everything' : `${severity} or worse`}</option>)}
                </select>
              </label>
              <label>
                Namespace
                <select className="chip" data-testid="namespace" value={choice.namespace} onChange={(event) => narrow({ namespace: event.target.value })}>
                  <option value="">All</option>
                  {[...new Set([...namespacesOf(items), choice.namespace])].filter((name) => name !== '').map((name) => <option key={name} value={name}>{name}</option>)}
                </select>
              </label>
            </>
          )}
        </div>
        {list.error !== undefined && <p className="notice bad" role="alert">{list.error}</p>}
        {view === 'limits' ? <Limits operates={operates} />
          : view === 'silences' ? <Silences operates={operates} />
          : (
            <div className={id === '' ? 'endpoints-body' : 'endpoints-body with-detail incidents-body'}>
              <section className="endpoints-list" aria-labelledby="incidents-count">
                <h2 id="incidents-count" data-testid="incidents-count">
                  {list.value === undefined ? 'Asking the center…' : `${plural(shown.length, 'incident')}${shown.length < items.length ? ` of ${items.length}` : ''}`}
                </h2>
                {list.value?.isLearning && <p className="notice" data-testid="learning">Weir is learning what is usual here, and reports nothing until it knows: a demo takes half a minute, a center twenty minutes of traffic.</p>}
                {list.value && items.length === 0 && <NothingYet learning={list.value.isLearning} />}
                {items.length > 0 && shown.length === 0 && <p className="muted" data-testid="none-of-these">Nothing of this.</p>}
                <IncidentRows incidents={shown} selected={id} addressOf={addressTo} />
                {items.length > shown.length && (
                  <p className="muted more-of-them">
                    <a className="link" href={everything} data-testid="show-everything" onClick={(event) => follow(event, everything)}>{`Show all ${items.length}`}</a>, remarks and what is over included.
                  </p>
                )}
              </section>
              {id !== '' && <IncidentDetail key={id} id={id} listed={selected} back={addressTo('')} operates={operates} />}
            </div>
          )}
      </main>
      <KeysDialog open={keysOpen} shortcuts={shortcuts} onClose={() => setKeysOpen(false)} />
    </div>
  );
}

const shortcuts = [['j', 'Older incident'], ['k', 'Newer incident'], ['Esc', 'Back to the list'], ...pageShortcuts, ['?', 'These keys']] as const;

/** An address says only what is not so by itself. */
const spare = <T extends { severity: string }>(choice: T) => ({ ...choice, severity: choice.severity === usualSeverity ? '' : choice.severity });

function NothingYet({ learning }: { learning: boolean }) {
  return (
    <div className="nothing" data-testid="nothing">
      {!learning && <h3>Nothing unusual was seen.</h3>}
      <p>Weir learns how each service is used, and tells here of what is not like that: floods, scans, guessed passwords, failing services, new callers.</p>
      <dl>
        <dt><code>weir up --demo</code></dt>
        <dd>two example services, and after a minute somebody who guesses passwords</dd>
        <dt><a className="link" href="/settings?view=alerts">Receivers of alerts</a></dt>
        <dd>who is told, by Slack, Firebase, webhook or Alertmanager, and a test for each</dd>
      </dl>
    </div>
  );
}
