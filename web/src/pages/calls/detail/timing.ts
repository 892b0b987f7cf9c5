import type { CallSummary } from '../../../api/types';

export interface Phase {
  id: 'handshake' | 'request' | 'wait' | 'response' | 'call';
  label: string;
  ms: number;
  /** Start and length as shares (0 to 1) of the whole drawing. */
  start: number;
  share: number;
}

/**
 * What is known of where the time went. The handshake is the connection's, done before the call (maybe long before, on a
 * reused connection), so it is drawn first and not part of the total. Phases the record does not have are not invented.
 */
export function phases(call: CallSummary): Phase[] {
  const parts: Omit<Phase, 'start' | 'share'>[] = [];
  const handshake = call.tcp?.handshakeRttMs;
  if (typeof handshake === 'number' && handshake >= 0) parts.push({ id: 'handshake', label: 'TCP handshake', ms: handshake });

  const { requestMs, waitMs, responseMs } = call.timing ?? {};
  if (typeof requestMs === 'number' && typeof waitMs === 'number' && typeof responseMs === 'number') {
    parts.push({ id: 'request', label: 'Request sent', ms: requestMs });
    parts.push({ id: 'wait', label: 'Waiting for the first byte', ms: waitMs });
    parts.push({ id: 'response', label: 'Response received', ms: responseMs });
  } else if (typeof call.durationMs === 'number') {
    parts.push({ id: 'call', label: 'Request to end of response', ms: call.durationMs });
  }

  const total = parts.reduce((sum, part) => sum + part.ms, 0);
  let start = 0;
  return parts.map((part) => {
    const share = total > 0 ? part.ms / total : 0;
    const phase = { ...part, start, share };
    start += share;
    return phase;
  });
}
