import { DataTable } from '../../components/DataTable';
import { offered } from '../../components/offered';
import { useAnswer } from '../../components/use-answer';
import { goTo } from '../../components/use-page';
import { addressOf, usePlace } from '../../components/use-place';
import { formatDate, visibleLine } from '../../lib/format';
import { lasting } from '../../lib/time';
import { getAuto, listChanges, listLimits } from './api';
import { LimitForm } from './LimitForm';
import { LimitTable } from './LimitTable';
import { isSet } from './select';
import type { Auto, Change } from './types';
import { limitWords, words } from './words';

const refreshMs = 5000;
const maxOver = 30;
const maxChanges = 50;

/** Every limit, what incidents may limit by themselves, and who changed what. */
export function Limits({ operates }: { operates: boolean }) {
  const { query } = usePlace();
  const limits = useAnswer('limits', listLimits, refreshMs);
  const auto = useAnswer('auto', (signal) => offered(getAuto(signal)), refreshMs);
  const changes = useAnswer('changes', listChanges, refreshMs);
  const changed = () => {
    limits.again();
    changes.again();
  };
  const limiting = query.get('limit') === 'new';
  const place = (limit: string) => addressOf(['incidents'], { view: 'limits', limit });
  const all = limits.value ?? [];
  const [set, over] = [all.filter(isSet), all.filter((one) => !isSet(one)).slice(0, maxOver)];
  return (
    <>
      <section aria-labelledby="limits-set">
        <div className="section-bar">
          <h2 id="limits-set">Limits that are set</h2>
          {operates && !limiting && <button type="button" className="button" data-testid="limit" onClick={() => goTo(place('new'))}>Limit something…</button>}
        </div>
        {limits.error !== undefined && <p className="notice bad" role="alert">{limits.error}</p>}
        {limiting && operates && (
          <LimitForm
            targets={[]} why={undefined} reason="" onClose={() => goTo(place(''))}
            onApplied={() => {
              changed();
              goTo(place(''));
            }}
          />
        )}
        {set.length === 0 ? <p className="muted" data-testid="no-limits">None. A limit is set on an Ingress, a route or a Gateway, shows first what it would do, and ends by itself.</p>
          : <LimitTable limits={set} operates={operates} onChanged={changed} />}
      </section>
      {auto.value?.value && <AutoMode auto={auto.value.value} />}
      {over.length > 0 && (
        <section aria-labelledby="limits-over">
          <h2 id="limits-over">Over</h2>
          <LimitTable limits={over} operates={operates} onChanged={changed} />
        </section>
      )}
      <section aria-labelledby="changes">
        <h2 id="changes">Who changed what</h2>
        {(changes.value ?? []).length === 0 ? <p className="muted">Nobody changed a limit or a silence yet.</p> : (
          <DataTable<Change>
            label="Changes" testId="changes" rows={(changes.value ?? []).slice(0, maxChanges)} keyOf={(one) => String(one.number)}
            columns={[
              { name: 'When', cell: (one) => formatDate(one.at).slice(0, -4) },
              { name: 'Who', cell: (one) => one.by },
              { name: 'What', cell: (one) => actionWords(one.action) },
              { name: 'Of', cell: (one) => <>{visibleLine(one.subject)}{one.detail && <code className="wraps">{visibleLine(one.detail)}</code>}</> },
            ]}
          />
        )}
      </section>
    </>
  );
}

const actions: Record<string, string> = {
  'ratelimit.apply': 'set a limit', 'ratelimit.revert': 'took a limit back', 'ratelimit.dry_run': 'tried a limit', 'ratelimit.skip': 'left alone', 'silence.add': 'silenced', 'silence.remove': 'ended a silence',
  'alerts.test': 'tested receivers',
};

const actionWords = (action: string) => actions[action] ?? words(action);

const modes: Record<Auto['mode'], { word: string; tone: string; says: string }> = {
  off: { word: 'off', tone: 'info', says: 'Incidents set no limits by themselves. rateLimits.auto of the configuration lets them.' },
  dry_run: { word: 'dry run', tone: 'warn', says: 'Incidents try limits: the cluster checks each change and stores none.' },
  on: { word: 'on', tone: 'ok', says: 'Incidents set limits by themselves.' },
};

function AutoMode({ auto }: { auto: Auto }) {
  const mode = modes[auto.mode];
  return (
    <section aria-labelledby="auto" data-testid="auto" data-mode={auto.mode}>
      <h2 id="auto">By itself <span className={`pill tone-${mode.tone}`}>{mode.word}</span></h2>
      <p className="muted">{mode.says}</p>
      {auto.mode !== 'off' && (
        <dl className="lines">
          <div><dt>On what</dt><dd>{auto.allow.length === 0 ? 'nothing is allowed' : visibleLine(auto.allow.join(', '))}</dd></div>
          <div><dt>For</dt><dd>{`${auto.kinds.map(words).join(', ')}; ${auto.severity} or worse`}</dd></div>
          <div><dt>To</dt><dd>{`${limitWords(auto)}, for ${lasting(auto.ttlSeconds * 1000)}`}</dd></div>
          <div><dt>Within this hour</dt><dd>{`${auto.madeThisHour} of ${auto.maxPerHour}`}</dd></div>
        </dl>
      )}
    </section>
  );
}
