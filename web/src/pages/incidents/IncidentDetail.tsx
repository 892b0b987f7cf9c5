import { useState } from 'react';
import { DataTable } from '../../components/DataTable';
import { Dialog } from '../../components/Dialog';
import { Icon } from '../../components/Icon';
import { offered } from '../../components/offered';
import { useAnswer } from '../../components/use-answer';
import { follow, goTo } from '../../components/use-page';
import { addressOf, usePlace } from '../../components/use-place';
import { formatCount, formatDate, visibleLine } from '../../lib/format';
import { getAlerts, getIncident, listDeliveries, listLimits, listTargets } from './api';
import { Evidence } from './Evidence';
import { LimitForm } from './LimitForm';
import { LimitTable } from './LimitTable';
import { callsAddress, limitsOf } from './select';
import { SilenceForm } from './SilenceForm';
import { Timeline } from './Timeline';
import { timelineOf } from './timeline';
import type { Delivery, Incident } from './types';
import { featureWords, kindOf, sentenceOf, severityTone, titleOf } from './words';

const refreshMs = 5000;

interface Props {
  id: string;
  /** As the list has it, until the answer about this one comes. */
  listed: Incident | undefined;
  back: string;
  operates: boolean;
}

export function IncidentDetail({ id, listed, back, operates }: Props) {
  const { query } = usePlace();
  const answer = useAnswer(id, (signal) => getIncident(id, signal), refreshMs);
  const told = useAnswer(`told ${id}`, (signal) => offered(listDeliveries(id, signal)), refreshMs);
  const alerts = useAnswer('alerts', getAlerts, refreshMs);
  const limits = useAnswer('limits', listLimits, refreshMs);
  const [silencing, setSilencing] = useState(false);
  const incident = answer.value ?? listed;
  const [namespace = '', service = ''] = [incident?.namespace, incident?.service];
  const targets = useAnswer(
    `targets ${namespace}/${service}`, async (signal) => (namespace !== '' && service !== '' ? offered(listTargets(namespace, service, signal)) : undefined));
  if (!incident) {
    return (
      <section className="endpoint-detail" aria-label="Incident">
        <p className={answer.error === undefined ? 'muted' : 'notice bad'}>{answer.error ?? 'Asking the center…'}</p>
        <a className="link" href={back} onClick={(event) => follow(event, back)}>All incidents</a>
      </section>
    );
  }

  const kind = kindOf(incident.kind);
  const found = targets.value?.value ?? [];
  const own = limitsOf(incident, limits.value ?? [], found);
  const limiting = query.get('limit') === 'new';
  const place = (limit: string) => addressOf(['incidents', id], { ...Object.fromEntries(query), limit });
  const silences = (alerts.value?.silences ?? []).filter((one) => one.kind === incident.kind || one.source === incident.source || (one.namespace === incident.namespace && one.service === incident.service));
  return (
    <section className="endpoint-detail incident-detail" aria-label="Incident" data-testid="incident-detail" data-incident={id}>
      <header className={`incident-head tone-${severityTone(incident.severity)}`}>
        <span className="pill">{incident.severity}</span>
        <h2>{visibleLine(titleOf(incident))}</h2>
        <a className="button quiet square" href={back} aria-label="Close" title="Close (Esc)" onClick={(event) => follow(event, back)}><Icon name="close" /></a>
      </header>
      <div className="incident-actions">
        <a className="button" data-testid="incident-calls" href={callsAddress(incident)} onClick={(event) => follow(event, callsAddress(incident))}><Icon name="search" />Its calls</a>
        {operates && <button type="button" className="button" data-testid="silence" onClick={() => setSilencing(true)}>Silence…</button>}
        {operates && !limiting && <button type="button" className="button" data-testid="limit" onClick={() => goTo(place('new'))}>Limit…</button>}
      </div>
      <p className="incident-says" data-testid="reason">{visibleLine(`${kind.says} ${sentenceOf(incident)}`)}</p>
      {kind.helps !== '' && <p className="muted">{kind.helps}</p>}
      {limiting && operates && (
        <LimitForm
          targets={found} why={targets.value?.why} reason={`incident ${id}`}
          onClose={() => goTo(place(''))}
          onApplied={() => {
            limits.again();
            goTo(place(''));
          }}
        />
      )}
      <h3>The numbers</h3>
      <Numbers incident={incident} />
      <h3>What shows it</h3>
      <Evidence incident={incident} />
      {own.length > 0 && (
        <>
          <h3>Limits</h3>
          <LimitTable limits={own} operates={operates} onChanged={limits.again} />
        </>
      )}
      <h3>What happened when</h3>
      <Timeline entries={timelineOf(incident, told.value?.value ?? [], own, silences)} />
      <h3>Who was told</h3>
      <Told deliveries={told.value?.value} why={told.value?.why} receivers={alerts.value?.destinations.length} />
      <dl className="lines facts-of-incident">
        <div><dt>From</dt><dd>{visibleLine(incident.source ?? 'many')}</dd></div>
        <div><dt>To</dt><dd>{visibleLine(incident.server ?? 'many')}</dd></div>
        <div><dt>How sure</dt><dd title="0 to 1; comparable among incidents of one kind: ½ is where the rule begins to hold">{incident.score.toFixed(2)}</dd></div>
        <div><dt>Id</dt><dd><code>{incident.id}</code></dd></div>
      </dl>
      <Dialog title="Tell nobody of it for a time" open={silencing} testId="silence-dialog" onClose={() => setSilencing(false)}>
        <SilenceForm
          start={{ namespace: incident.namespace, service: incident.service, kind: incident.kind, source: incident.service ? undefined : incident.source }}
          onDone={() => {
            setSilencing(false);
            alerts.again();
          }}
        />
      </Dialog>
    </section>
  );
}

/** What is now beside what is usual, to scale. */
function Numbers({ incident }: { incident: Incident }) {
  return (
    <table className="numbers" data-testid="numbers">
      <thead><tr><th scope="col">What</th><th scope="col" className="number">Usual here</th><th scope="col" className="number">Now</th><th scope="col"><span className="visually-hidden">To scale</span></th></tr></thead>
      <tbody>
        {incident.reasons.map((one) => {
          const most = Math.max(one.usual ?? 0, one.present ?? 0, 1);
          return (
            <tr key={one.feature}>
              <td>{visibleLine(featureWords(one.feature))}</td>
              <td className="number">{one.usual === undefined ? 'not known' : formatCount(one.usual)}</td>
              <td className="number"><b>{one.present === undefined ? 'not known' : formatCount(one.present)}</b></td>
              <td className="scale" aria-hidden="true">
                <i className="usual" style={{ width: `${(100 * (one.usual ?? 0)) / most}%` }} />
                <i style={{ width: `${(100 * (one.present ?? 0)) / most}%` }} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const stateWords: Record<Delivery['state'], string> = {
  waiting: 'waits for others of its group', trying: 'was not taken yet, and is tried again', delivered: 'taken', refused: 'called wrong, and dropped', silenced: 'held back by a silence',
};

function Told({ deliveries, why, receivers }: { deliveries: readonly Delivery[] | undefined; why: string | undefined; receivers: number | undefined }) {
  if (why !== undefined) return <p className="muted">{why}</p>;
  if (deliveries === undefined) return <p className="muted">Asking the center…</p>;
  if (deliveries.length === 0) {
    return (
      <p className="muted" data-testid="told-nobody">
        {receivers === 0
          ? <>Nobody: no receiver of alerts is configured. <a className="link" href="/settings?view=alerts" onClick={(event) => follow(event, '/settings?view=alerts')}>How to name one</a></>
          : 'Nobody by this center since it started: no receiver wants this severity, namespace or kind, all knew of it already, or another center found it and told of it.'}
      </p>
    );
  }

  return (
    <DataTable
      label="Who was told" testId="deliveries" rows={deliveries} keyOf={(one) => `${one.receiver} ${one.status} ${one.takenAt}`}
      columns={[
        { name: 'Receiver', cell: (one) => (one.receiver === undefined ? 'everybody' : `${one.receiver} (${one.kind ?? ''})`) },
        { name: 'Of', cell: (one) => (one.status === 'resolved' ? 'the end' : one.severity) },
        { name: 'Outcome', cell: (one) => <span className={one.state === 'trying' || one.state === 'refused' ? 'bad' : undefined}>{visibleLine(`${stateWords[one.state]}${one.problem ? `: ${one.problem}` : ''}`)}</span> },
        { name: 'At', cell: (one) => formatDate(one.at).slice(0, -4) },
      ]}
    />
  );
}
