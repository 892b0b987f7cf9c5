import { celString } from '../calls/filter-text';
import { addressOf } from '../../components/use-place';
import type { Incident, Limit } from './types';
import { severities } from './words';

export interface Choice {
  state: string;
  severity: string;
  namespace: string;
}

/** Those of a state, of a severity or worse, and of a namespace; the newest first, as they come. */
export const choose = (incidents: readonly Incident[], { state, severity, namespace }: Choice): Incident[] =>
  incidents.filter((one) =>
    (state === '' || one.state === state)
    && (severity === '' || severities.indexOf(one.severity) >= severities.findIndex((known) => known === severity))
    && (namespace === '' || one.namespace === namespace));

export const namespacesOf = (incidents: readonly Incident[]) =>
  [...new Set(incidents.map((one) => one.namespace).filter((name): name is string => name !== undefined))].sort();

/** Calls have a ULID; what else is evidence is a flow. */
export const isCall = (evidence: string) => /^[0-9A-HJKMNP-TV-Z]{26}$/i.test(evidence);

export interface Flow {
  source: string;
  destination: string;
  sourcePort: number;
  destinationPort: number;
}

/** `10.0.0.7-10.0.0.9-51324-8081-6`, as flow tables spell it. */
export function readFlow(evidence: string): Flow | undefined {
  const parts = evidence.split('-');
  const [source = '', destination = '', from = '', to = '', protocol = ''] = parts;
  if (parts.length !== 5 || !/^\d+$/.test(from + to + protocol)) return undefined;
  return { source, destination, sourcePort: Number(from), destinationPort: Number(to) };
}

/** Calls around an incident: a minute more on each side, since what made it began before it was seen. */
const marginMs = 60_000;

/** Address of the list of calls that an incident is about. */
export function callsAddress(incident: Incident): string {
  const { server } = incident;
  const port = server?.slice(server.lastIndexOf(':') + 1) ?? '';
  const address = server?.slice(0, server.lastIndexOf(':')).replace(/^\[|\]$/g, '');
  const clauses = [
    incident.source && `src.ip == ${celString(incident.source)}`,
    address && `dst.ip == ${celString(address)}`,
    /^\d+$/.test(port) && `dst.port == ${port}`,
    incident.kind === 'error_ratio' && 'status_code >= 500',
  ].filter(Boolean);
  return addressOf([], {
    where: clauses.join(' && '),
    from: new Date(Date.parse(incident.startedAt) - marginMs).toISOString(),
    to: new Date(Date.parse(incident.lastAt) + marginMs).toISOString(),
  });
}

export const isSet = (limit: Limit) => limit.state === 'applying' || limit.state === 'active' || limit.state === 'reverting';

/** Limits that an incident set, or that are on what leads to its service. */
export const limitsOf = (incident: Incident, limits: readonly Limit[], targets: readonly { kind: string; namespace: string; name: string }[]) =>
  limits.filter((limit) =>
    limit.incident === incident.id || limit.reason?.includes(incident.id)
    || (isSet(limit) && targets.some((one) => one.kind === limit.target.kind && one.namespace === limit.target.namespace && one.name === limit.target.name)));
