import { formatBytes, formatDuration } from '../../lib/format';
import type { MapEdge } from './types';

export const metrics = [
  { value: 'rate', label: 'Rate' },
  { value: 'errors', label: 'Errors' },
  { value: 'latency', label: 'p95' },
  { value: 'bytes', label: 'Bytes' },
] as const;
export type Metric = (typeof metrics)[number]['value'];

export type Health = 'ok' | 'warn' | 'error';

/** Calls that went wrong on the server's side, or of which no answer was seen: 0 to 1. */
export const failureShare = (edge: Pick<MapEdge, 'calls' | 'errors' | 'unanswered'>) => (edge.calls === 0 ? 0 : (edge.errors + edge.unanswered) / edge.calls);

/** One failed call in twenty is a problem; any is worth a look. */
export const healthOf = (share: number): Health => (share >= 0.05 ? 'error' : share > 0 ? 'warn' : 'ok');

export function formatRate(perSecond: number): string {
  if (perSecond >= 100) return `${Math.round(perSecond)}/s`;
  if (perSecond >= 1) return `${perSecond.toFixed(1)}/s`;
  if (perSecond * 60 >= 1) return `${(perSecond * 60).toFixed(perSecond * 60 < 10 ? 1 : 0)}/min`;
  return perSecond === 0 ? '0' : `${(perSecond * 3600).toFixed(perSecond * 3600 < 10 ? 1 : 0)}/h`;
}

export const formatShare = (share: number) => (share === 0 ? '0 %' : share < 0.001 ? '<0.1 %' : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`);

export function metricText(edge: MapEdge, metric: Metric): string {
  switch (metric) {
    case 'rate': return formatRate(edge.perSecond);
    case 'errors': return formatShare(failureShare(edge));
    case 'latency': return formatDuration(edge.p95Ms);
    case 'bytes': return formatBytes(edge.requestBytes + edge.responseBytes);
  }
}

/** What goes in or out at a place, summed over its edges. */
export interface Flow {
  calls: number;
  perSecond: number;
  errors: number;
  unanswered: number;
  bytes: number;
}

export function sumOf(edges: readonly MapEdge[]): Flow {
  const sum: Flow = { calls: 0, perSecond: 0, errors: 0, unanswered: 0, bytes: 0 };
  for (const edge of edges) {
    sum.calls += edge.calls;
    sum.perSecond += edge.perSecond;
    sum.errors += edge.errors;
    sum.unanswered += edge.unanswered;
    sum.bytes += edge.requestBytes + edge.responseBytes;
  }
  return sum;
}
