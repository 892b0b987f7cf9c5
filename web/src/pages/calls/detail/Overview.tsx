import type { ReactNode } from 'react';
import type { Call, CallSummary, FilterField, Peer, WebSocketSession } from '../../../api/types';
import { Icon } from '../../../components/Icon';
import { formatBytes, formatCount, formatDate, formatDuration, plural, visible } from '../../../lib/format';
import { explainAnomaly, whatHelps } from '../anomalies';
import { peerAddress, peerName } from '../call-facts';
import { celString } from '../filter-text';
import { PairsTable } from './PairsTable';

interface Props {
  call: Call | CallSummary;
  fields: readonly FilterField[];
  onFilter(clause: string): void;
}

export function Overview({ call, fields, onFilter }: Props) {
  const known = new Set(fields.map((field) => field.name));
  const { request, response } = call;
  const anomalies = call.anomalies ?? [];
  const helps = whatHelps(anomalies);
  const filter = (names: string[], clause: (name: string) => string) => {
    const name = names.find((candidate) => known.has(candidate));
    return name === undefined ? undefined : () => onFilter(clause(name));
  };
  const equals = (names: string[], value: string | undefined | null) =>
    value ? filter(names, (name) => `${name} == ${celString(value)}`) : undefined;

  return (
    <>
      {anomalies.length > 0 && (
        <div className={call.complete || call.inProgress ? 'note' : 'note warn'} data-testid="anomalies">
          <h2>
            <Icon name="warning" />
            {call.complete || call.inProgress ? 'Worth knowing' : 'Why this call is incomplete'}
          </h2>
          <ul>
            {anomalies.map((name) => (
              <li key={name}>{explainAnomaly(name)} <code>{name}</code></li>
            ))}
          </ul>
          {helps && <p className="helps">{helps} <a href="/status">What was lost</a></p>}
        </div>
      )}

      <div className="route" data-testid="route">
        <PeerCard role="Client" peer={call.client} />
        <Icon name="arrow" />
        <PeerCard role="Server" peer={call.server} />
      </div>

      <dl className="facts">
        {request && (
          <>
            <Fact name="Method" onFilter={equals(['method'], request.method)}>{visible(request.method)}</Fact>
            <Fact name="Host" onFilter={equals(['host', 'request.host'], request.host)}>{visible(request.host ?? '–')}</Fact>
            <Fact name="Path" onFilter={equals(['path'], request.path)}>{visible(request.path)}</Fact>
            {request.query && <Fact name="Query"><PairsTable pairs={new URLSearchParams(request.query)} /></Fact>}
          </>
        )}
        {call.endpoint && <Fact name="Endpoint" onFilter={equals(['endpoint'], call.endpoint)}>{visible(call.endpoint)}</Fact>}
        <Fact name="Status" onFilter={response ? filter(['status_code'], (name) => `${name} == ${response.status}`) : undefined}>
          {response ? visible(`${response.status} ${response.reason ?? ''}`) : call.inProgress ? 'No response yet' : 'No response seen'}{call.inProgress && ' (running)'}
        </Fact>
        {call.grpc && <Fact name="gRPC">{visible(`${call.grpc.service ?? ''}/${call.grpc.method ?? ''} · status ${call.grpc.status ?? '–'} ${call.grpc.message ?? ''}`)}</Fact>}
        {call.webSocket && <Fact name="WebSocket">{visible(describeSocket(call.webSocket))}</Fact>}
        {call.eventStream && <Fact name="Events">{plural(call.eventStream.events ?? 0, 'server-sent event')}</Fact>}
        {(call.graphql?.operations ?? []).length > 0 && (
          <Fact name="GraphQL">
            {call.graphql?.operations?.map((operation, index) => (
              <span className="tag" key={index}>{visible(`${operation.type} ${operation.name ?? ''}${operation.field ? ` { ${operation.field} }` : ''}`)}</span>
            ))}
          </Fact>
        )}
        {call.dns && <Fact name="DNS">{visible(`${call.dns.type ?? ''} ${call.dns.name ?? ''} · ${call.dns.overTcp ? 'TCP' : 'UDP'}${call.dns.authoritative ? ', authoritative' : ''}${call.dns.truncated ? ', truncated' : ''}`)}</Fact>}
        {call.dns?.answers?.map((answer, index) => (
          <Fact name={index === 0 ? 'Answers' : ''} key={index}><code>{visible(`${answer.name} ${answer.ttl} ${answer.type} ${answer.data}`)}</code></Fact>
        ))}
        <Fact name="Started">{formatDate(call.startedAt)}</Fact>
        <Fact name="Duration">{formatDuration(call.durationMs)}</Fact>
        <Fact name="Bodies">{`${formatBytes(request?.bodyBytes)} sent, ${formatBytes(response?.bodyBytes)} received`}</Fact>
        <Fact name="Protocol">{`${call.protocol ?? '–'} over ${call.scheme ?? '–'}`}</Fact>
        <Fact name="Seen by">{visible([call.node && `node ${call.node}`, call.source && `source ${call.source}`].filter(Boolean).join(', ') || '–')}</Fact>
        {call.tls && <Fact name="TLS">{visible(`read in ${call.tls.library}; ${bindingWords[call.tls.binding] ?? call.tls.binding}`)}</Fact>}
        {call.tunnel && <Fact name="Tunnel">{visible(`${call.tunnel.kind} ${call.tunnel.source ?? ''} → ${call.tunnel.destination ?? ''}${call.tunnel.id ? `, network ${call.tunnel.id}` : ''}`)}</Fact>}
        {call.tcp && (call.tcp.retransmissions ?? 0) > 0 && <Fact name="TCP">{plural(call.tcp.retransmissions ?? 0, 'retransmission')}</Fact>}
        {call.tcp && (call.tcp.gapBytes ?? 0) > 0 && <Fact name="Lost">{`${formatCount(call.tcp.gapBytes ?? 0)} bytes of this call were not captured`}</Fact>}
        {(call.sensitive ?? []).length > 0 && (
          <Fact name="Sensitive">
            {call.sensitive?.map((found) => (
              <span className="tag" key={found.class + found.where} title={found.where}>
                {`${found.count > 1 ? `${found.count} × ` : ''}${visible(found.class.replaceAll('_', ' '))}`} <i>{visible(found.where)}</i>
              </span>
            ))}
          </Fact>
        )}
        <Fact name="Id"><code>{call.id}</code></Fact>
      </dl>
    </>
  );
}

/** How it is known which connection the text read in a TLS library belongs to. */
const bindingWords: Record<string, string> = {
  none: 'which connection carried it is not known, so there are no addresses',
  fingerprint: 'bound to its connection by the bytes that passed',
  declared: 'bound to its connection by the application, which gave the library the socket',
  nested: 'bound to its connection by what the library used it for',
};

function describeSocket(session: WebSocketSession): string {
  const parts = [
    plural(session.messages ?? 0, 'message'),
    `${session.messagesIn ?? 0} in (${formatBytes(session.bytesIn)}), ${session.messagesOut ?? 0} out (${formatBytes(session.bytesOut)})`,
    session.compressed && 'compressed',
    session.closeCode && `closed with ${session.closeCode}${session.closeReason ? ` ${session.closeReason}` : ''}`,
  ];
  return parts.filter(Boolean).join(' · ');
}

function PeerCard({ role, peer }: { role: string; peer: Peer }) {
  const lines = [
    peer.namespace && `namespace ${peer.namespace}`,
    peer.pod && `pod ${peer.pod}`,
    peer.workload && peer.workload !== peer.service && `workload ${peer.workload}`,
    peer.process?.name && `process ${peer.process.name}${peer.process.pid ? ` (${peer.process.pid})` : ''}`,
    peer.container && `container ${peer.container.id.slice(0, 12)}`,
  ].filter((line): line is string => Boolean(line));
  const name = peerName(peer);
  const named = name !== peer.ip;
  return (
    <div className="peer">
      <small>{role}</small>
      <b>{named ? visible(name) : peerAddress(peer)}</b>
      {named && <span>{peerAddress(peer)}</span>}
      {lines.map((line) => <span key={line}>{visible(line)}</span>)}
    </div>
  );
}

function Fact({ name, children, onFilter }: { name: string; children: ReactNode; onFilter?: (() => void) | undefined }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {children}
        {onFilter && (
          <button type="button" className="button quiet square only" aria-label={`Only calls with this ${name.toLowerCase()}`} title={`Only calls with this ${name.toLowerCase()}`} onClick={onFilter}>
            <Icon name="filter" />
          </button>
        )}
      </dd>
    </div>
  );
}
