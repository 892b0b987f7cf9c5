import type { WebSocketSession } from '../../../api/types';
import { formatBytes, formatCount, formatTime, visible } from '../../../lib/format';

/** Rows drawn; a person who wants more copies the JSON. */
const maxRows = 500;

export function MessagesView({ session }: { session: WebSocketSession | null | undefined }) {
  const captured = session?.captured ?? [];
  const shown = captured.slice(0, maxRows);
  const others = (session?.messages ?? 0) - shown.length;
  if (captured.length === 0) return <p className="muted">No message was kept.</p>;
  return (
    <div className="messages" data-testid="messages">
      {shown.map((message, index) => (
        <div className="message" data-from={message.from} key={index}>
          <small>{`${message.from === 'client' ? '→' : '←'} ${formatTime(message.at)} · ${message.kind} · ${formatBytes(message.bytes)}`}</small>
          <pre>{message.bodyEncoding === 'base64' ? `base64 ${message.body ?? ''}` : visible(message.body ?? '')}{message.bodyTruncated ? '…' : ''}</pre>
        </div>
      ))}
      {others > 0 && <p className="muted">{`${formatCount(others)} more were counted, not shown.`}</p>}
    </div>
  );
}
