import type { CallSummary } from '../../../api/types';

export type Side = 'request' | 'response';

/** Places within the body of a message, in the form of `linePaths`. */
export function sensitivePaths(call: CallSummary, side: Side): ReadonlySet<string> {
  const prefix = `${side}.body`;
  return new Set((call.sensitive ?? [])
    .filter(({ where }) => where.startsWith(prefix))
    .map(({ where }) => where.slice(prefix.length).replace(/\[[^\]]*\]/g, '').replace(/^\./, '')));
}

/** Names of headers, in lower case. */
export function sensitiveHeaders(call: CallSummary, side: Side): ReadonlySet<string> {
  const prefix = `${side}.headers[`;
  return new Set((call.sensitive ?? [])
    .filter(({ where }) => where.startsWith(prefix))
    .map(({ where }) => where.slice(prefix.length).replace(/\].*$/, '').toLowerCase()));
}

export const sensitiveCount = (call: CallSummary, place: string) =>
  (call.sensitive ?? []).filter(({ where }) => where.startsWith(place)).reduce((sum, found) => sum + found.count, 0);
