import type { CallSummary } from './types';

export type StreamState = 'connecting' | 'open' | 'reconnecting';

export interface StreamHandlers {
  onCall(call: CallSummary): void;
  /** News of a call that was told while it ran and is not what the filter asks for any more. */
  onUpdate(call: CallSummary): void;
  /** The center let go of `count` calls because this browser read too slowly. */
  onDropped(count: number): void;
  onState(state: StreamState): void;
}

const retryDelaysMs = [500, 1000, 2000, 5000, 10_000];

/**
 * The live stream. EventSource reconnects by itself after a broken connection but gives up for good on an HTTP error
 * (a center that restarts behind a proxy answers 502), so that case is retried here.
 * @returns a function that closes the stream.
 */
export function openCallStream(where: string, handlers: StreamHandlers): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let closed = false;

  const connect = () => {
    const query = where === '' ? '' : `?where=${encodeURIComponent(where)}`;
    const current = new EventSource(`/api/v1/exchanges/stream${query}`);
    source = current;
    current.onopen = () => {
      failures = 0;
      handlers.onState('open');
    };
    current.onerror = () => {
      if (closed) return;
      handlers.onState('reconnecting');
      if (current.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(connect, retryDelaysMs[Math.min(failures++, retryDelaysMs.length - 1)]);
    };
    current.addEventListener('exchange', (event) => handlers.onCall(JSON.parse(event.data) as CallSummary));
    current.addEventListener('update', (event) => handlers.onUpdate(JSON.parse(event.data) as CallSummary));
    current.addEventListener('dropped', (event) =>
      handlers.onDropped((JSON.parse(event.data) as { count: number }).count),
    );
  };

  handlers.onState('connecting');
  connect();
  return () => {
    closed = true;
    clearTimeout(timer);
    source?.close();
  };
}
