import { ApiError, getCall } from '../../api/client';
import type { Call } from '../../api/types';
import { useAnswer } from '../../components/use-answer';
import { follow } from '../../components/use-page';
import { addressOf } from '../../components/use-place';
import { formatDuration, formatTime, plural, visibleLine } from '../../lib/format';
import { peerName, statusText, statusTone } from '../calls/call-facts';
import { celString } from '../calls/filter-text';
import { callsAddress, isCall, readFlow } from './select';
import type { Incident } from './types';

type Shown = { id: string; call: Call | undefined };

/** A call that retention deleted is no failure: its id is still shown. */
async function read(ids: readonly string[], signal: AbortSignal): Promise<Shown[]> {
  return Promise.all(ids.map(async (id) => {
    try {
      return { id, call: await getCall(id, signal) };
    } catch (failure) {
      if (failure instanceof ApiError && failure.status === 404) return { id, call: undefined };
      throw failure;
    }
  }));
}

/** The calls and flows that the worst finding was made of, each a way into the list of calls. */
export function Evidence({ incident }: { incident: Incident }) {
  const ids = incident.evidence.filter(isCall);
  const calls = useAnswer(ids.join(' '), (signal) => read(ids, signal));
  const flows = incident.evidence.filter((one) => !isCall(one));
  const span = new URL(callsAddress(incident), window.location.origin).searchParams;
  const range = { from: span.get('from') ?? '', to: span.get('to') ?? '' };
  if (incident.evidence.length === 0) return <p className="muted">No single call or flow is named.</p>;
  return (
    <>
      {calls.error !== undefined && <p className="notice bad">{calls.error}</p>}
      <ul className="evidence" data-testid="evidence">
        {(calls.value ?? []).map(({ id, call }) => {
          const address = addressOf([], { where: span.get('where') ?? '', ...range, call: id });
          if (!call) return <li key={id} className="muted">{`A call that is no longer kept (${id})`}</li>;
          return (
            <li key={id}>
              <a className={`tone-${statusTone(call)}`} href={address} data-testid="evidence-call" onClick={(event) => follow(event, address)}>
                <time>{formatTime(call.startedAt)}</time>
                <b className="code">{statusText(call).code}</b>
                <span className="what">{visibleLine(`${call.request?.method ?? ''} ${call.request?.path ?? call.dns?.name ?? ''}`)}</span>
                <span className="who">{visibleLine(`${peerName(call.client)} → ${peerName(call.server)}`)}</span>
                <span className="took">{formatDuration(call.durationMs)}</span>
              </a>
            </li>
          );
        })}
        {flows.map((one) => {
          const flow = readFlow(one);
          if (!flow) return <li key={one}>{visibleLine(one)}</li>;
          const address = addressOf([], { where: `src.ip == ${celString(flow.source)} && src.port == ${flow.sourcePort} && dst.port == ${flow.destinationPort}`, ...range });
          return (
            <li key={one}>
              <a href={address} data-testid="evidence-flow" onClick={(event) => follow(event, address)}>
                <span className="what">{visibleLine(`${flow.source}:${flow.sourcePort} → ${flow.destination}:${flow.destinationPort}`)}</span>
                <span className="who">connection</span>
              </a>
            </li>
          );
        })}
      </ul>
      <p className="muted">{`The latest ${plural(incident.evidence.length, 'thing')} of the worst finding; “Its calls” shows all.`}</p>
    </>
  );
}
