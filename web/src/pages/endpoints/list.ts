import type { EndpointSummary, Finding, Severity } from './types';

const severities: readonly Severity[] = ['info', 'low', 'medium', 'high'];

/** The worse first. */
export const bySeverity = (one: Finding, other: Finding) => severities.indexOf(other.severity) - severities.indexOf(one.severity);

/** What an endpoint is called in a list: GraphQL operations share a path. */
export const nameOf = (endpoint: EndpointSummary) => (endpoint.operation ? `${endpoint.template} ${endpoint.operation}` : endpoint.template);

/** Those of a service that hold every word, in method, name, identification or sensitive data; by service, then path, then method. */
export function select(endpoints: readonly EndpointSummary[], service: string, words: string): EndpointSummary[] {
  const wanted = words.toLowerCase().split(/\s+/).filter((word) => word !== '');
  return endpoints
    .filter((one) => service === '' || one.service === service)
    .filter((one) => {
      const text = [one.service, one.method, nameOf(one), ...one.auth, ...one.sensitive].join(' ').toLowerCase();
      return wanted.every((word) => text.includes(word));
    })
    .sort((one, other) => compare(one.service, other.service) || compare(one.template, other.template) || compare(one.method, other.method));
}

const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);

/** Answers 5xx and calls that nobody answered, of all: 0 to 1. */
export function failureShare(endpoint: EndpointSummary): number {
  const failed = Object.entries(endpoint.statuses).reduce((sum, [status, count]) => (status.startsWith('5') ? sum + count : sum), 0);
  return endpoint.calls === 0 ? 0 : (failed + endpoint.unanswered) / endpoint.calls;
}

/** Findings by the endpoint they are about. */
export function findingsOf(endpoint: EndpointSummary, findings: readonly Finding[]): Finding[] {
  return findings.filter((one) => one.service === endpoint.service && one.method === endpoint.method && one.template === endpoint.template).sort(bySeverity);
}

/** `guessable_id` as a person reads it. */
export const words = (kind: string) => kind.replaceAll('_', ' ');

export const percent = (share: number) => (share === 0 ? '–' : share < 0.001 ? '<0.1 %' : `${(share * 100).toFixed(1)} %`);
