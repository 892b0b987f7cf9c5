import { formatCount } from '../../lib/format';
import type { Effective, Incident, Limit, Severity, Target } from './types';

export const severities: readonly Severity[] = ['info', 'low', 'medium', 'high', 'critical'];

export const severityTone = (severity: Severity) => (severity === 'critical' || severity === 'high' ? 'error' : severity === 'medium' ? 'warn' : 'info');

interface Kind {
  name: string;
  says: string;
  helps: string;
}

/** What each kind of finding says, and what is worth a look; docs/formats/findings.md. */
const kinds: Record<string, Kind> = {
  flood: { name: 'Flood', says: 'Far more connections to this service than it ever gets.', helps: 'See whether they come from a few clients. A limit on what leads to the service holds them back.' },
  slow_connections: { name: 'Slow connections', says: 'Many connections ask so slowly that the service never gets to answer, and hold its places.', helps: 'A limit of connections per client helps, and a shorter timeout for request headers.' },
  scan: { name: 'Scan', says: 'One source tries many services that do not answer.', helps: 'If it is one of yours, look for a setting that points nowhere; if not, shut it out.' },
  password_guessing: { name: 'Password guessing', says: 'One caller is refused again and again.', helps: 'Open the calls: the same user, or many? A limit slows it down; a password that was guessed shows as the first call that is not refused.' },
  error_ratio: { name: 'Failing service', says: 'The service fails far more often than usual.', helps: 'Open the calls: the answers say what broke. Look at what was deployed lately.' },
  new_caller: { name: 'New caller', says: 'Someone asks this service who never did.', helps: 'A new deployment does that too: see who it is.' },
  new_endpoint: { name: 'New endpoint', says: 'A path that this service was never asked for.', helps: 'A release does that; so does somebody who tries what is there.' },
  payload_size: { name: 'Large message', says: 'A message far larger than this service takes or gives.', helps: 'Open the call: an export, an upload, or data on its way out?' },
  attack_sequence: { name: 'Attack pattern', says: 'The trained model takes the last flows of this source for an attack.', helps: 'Look at its calls before acting: a model can be wrong.' },
};

export const words = (name: string) => name.replaceAll('_', ' ');

export const kindOf = (kind: string): Kind => kinds[kind] ?? { name: capital(words(kind)), says: '', helps: '' };

export const kindNames = Object.keys(kinds);

export const targetOf = (incident: Incident) =>
  incident.service ? (incident.namespace ? `${incident.namespace}/${incident.service}` : incident.service) : (incident.server ?? 'several services');

export const titleOf = (incident: Incident) => `${kindOf(incident.kind).name} on ${targetOf(incident)}`;

/** Names of the numbers that make an incident, with their unit. */
const features: Record<string, string> = {
  refused_calls_of_caller_per_60s: 'calls of this caller refused, in a minute',
  calls_of_caller_per_60s: 'calls of this caller, in a minute',
  failed_calls_per_60s: 'calls that failed, in a minute',
  calls_per_60s: 'calls, in a minute',
  connections_per_10s: 'connections, in ten seconds',
  connections_of_one_caller_per_60s: 'connections of the busiest caller, in a minute',
  connections_of_new_caller_per_60s: 'connections of the new caller, in a minute',
  connections_without_answer_per_60s: 'connections without a byte of answer, in a minute',
  services_without_answer_per_60s: 'services tried without an answer, in a minute',
  alike_connections_per_60s: 'short connections that sent alike, in a minute',
  paths_known: 'paths of this service that were known',
  request_bytes: 'bytes of the request',
  response_bytes: 'bytes of the response',
};

export const featureWords = (feature: string) => features[feature] ?? words(feature);

/** The strongest number as a sentence. */
export function sentenceOf(incident: Incident): string {
  const reason = incident.reasons[0];
  const who = incident.source ? `From ${incident.source}: ` : '';
  if (!reason || reason.present === undefined) return who === '' ? '' : `${who}${targetOf(incident)}.`;
  const usual = reason.usual === undefined ? '; what is usual here is not known' : `; usual here ${reason.usual === 1 ? 'is' : 'are'} ${formatCount(reason.usual)}`;
  return `${who}${formatCount(reason.present)} ${featureWords(reason.feature)}${usual}.`;
}

export const limitTarget = (target: Target) => `${target.kind} ${target.namespace}/${target.name}`;

export function limitWords(limit: Pick<Limit, 'rps' | 'rpm' | 'burst' | 'connections'>): string {
  const parts = [
    limit.rps !== undefined && `${formatCount(limit.rps)} a second`,
    limit.rpm !== undefined && `${formatCount(limit.rpm)} a minute`,
    limit.burst !== undefined && `${formatCount(limit.burst)} more at once`,
    limit.connections !== undefined && `${formatCount(limit.connections)} connections`,
  ].filter(Boolean);
  return parts.length === 0 ? '–' : parts.join(', ');
}

export function effectiveWords(effective: Effective): string {
  const rates = effective.rates.map((rate) => `${formatCount(rate.requests)} ${rate.seconds === 1 ? 'a second' : `in ${rate.seconds} s`}, ${formatCount(rate.atOnce)} at one moment`);
  if (effective.connections !== undefined) rates.push(`${formatCount(effective.connections)} connections`);
  return `${rates.join('; ')}; what is more gets ${effective.statusCode}`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
