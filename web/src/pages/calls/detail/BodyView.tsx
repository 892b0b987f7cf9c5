import { useMemo, useState } from 'react';
import type { CallRequest, CallResponse } from '../../../api/types';
import { CopyButton } from '../../../components/CopyButton';
import { formatBytes, visible } from '../../../lib/format';
import { type GraphQlRequest, graphQlRequest } from '../../../lib/graphql';
import { decodeBase64 } from '../../../lib/hex';
import { type BodyKind, bodyKind, headerValue } from './body-kind';
import { HexView } from './HexView';
import { JsonView } from './JsonView';
import { PairsTable } from './PairsTable';
import { TextView } from './TextView';

const names: Record<BodyKind, string> = { grpc: 'gRPC', graphql: 'GraphQL', json: 'JSON', form: 'Form', text: 'Text', hex: 'Hex' };

interface Props {
  message: CallRequest | CallResponse | null;
  /** Decoded gRPC messages, where a schema is known. */
  grpc?: unknown;
  graphQl?: boolean;
  sensitive: ReadonlySet<string>;
  absent: string;
}

export function BodyView({ message, grpc, graphQl = false, sensitive, absent }: Props) {
  const natural = useMemo(() => (message ? bodyKind(message) : 'text'), [message]);
  const query = useMemo(() => (graphQl ? graphQlRequest(message?.body ?? '') : undefined), [graphQl, message]);
  const first: BodyKind = grpc !== undefined ? 'grpc' : query ? 'graphql' : natural;
  const [kind, setKind] = useState(first);
  if (!message) return <p className="muted">{absent}</p>;
  const body = message.body ?? '';
  if (body === '') {
    return <p className="muted">{message.bodyBytes ? `A body of ${formatBytes(message.bodyBytes)} was sent, but not captured.` : 'No body.'}</p>;
  }

  const plain: BodyKind[] = natural === 'hex' ? ['hex'] : natural === 'text' ? ['text', 'hex'] : [natural, 'text', 'hex'];
  const kinds = first === natural ? plain : [first, ...plain];
  return (
    <div className="body">
      <div className="section-head">
        <p className="muted">
          {visible(headerValue(message.headers, 'content-type') ?? 'no content type')} · {formatBytes(message.bodyBytes)} on the wire
        </p>
        <div className="body-actions">
          {kinds.length > 1 && kinds.map((choice) => (
            <button key={choice} type="button" className="chip" data-testid={`body-${choice}`} aria-pressed={choice === kind} onClick={() => setKind(choice)}>{names[choice]}</button>
          ))}
          <CopyButton compact label="Copy the body" text={() => body} />
        </div>
      </div>
      {message.bodyTruncated && <p className="note">Only the first part of this body was captured.</p>}
      {kind === 'grpc' && <JsonView text={JSON.stringify(grpc)} sensitive={sensitive} />}
      {kind === 'graphql' && query && <GraphQl query={query} />}
      {kind === 'json' && <JsonView text={body} sensitive={sensitive} />}
      {kind === 'form' && <PairsTable pairs={new URLSearchParams(body)} />}
      {kind === 'text' && <TextView text={body} />}
      {kind === 'hex' && <Hex body={body} encoded={message.bodyEncoding === 'base64'} />}
    </div>
  );
}

function GraphQl({ query }: { query: GraphQlRequest }) {
  return (
    <>
      {query.operationName && <p className="muted">{`Operation ${visible(query.operationName)}`}</p>}
      <TextView text={query.query} />
      {query.variables && (
        <>
          <h2 className="variables">Variables</h2>
          <JsonView text={query.variables} />
        </>
      )}
    </>
  );
}

function Hex({ body, encoded }: { body: string; encoded: boolean }) {
  const bytes = useMemo(() => (encoded ? decodeBase64(body) : new TextEncoder().encode(body)), [body, encoded]);
  return bytes ? <HexView bytes={bytes} /> : <TextView text={body} />;
}
