import { describe, expect, it } from 'vitest';
import { failureShare, findingsOf, nameOf, percent, select } from './list';
import type { EndpointSummary, Finding } from './types';

const endpoint = (over: Partial<EndpointSummary>): EndpointSummary => ({
  id: '1', service: 'shop/orders', kind: 'http', method: 'GET', template: '/orders/{order_id}', confirmed: true, calls: 10, unanswered: 0, statuses: { '200': 10 },
  firstSeen: '', lastSeen: '', latencyMs: { p50: 1, p90: 2, p99: 3 }, auth: ['none'], sensitive: [], example: '', ...over,
});

describe('endpoints in a list', () => {
  it('are found by every word and stand by service, path and method', () => {
    const all = [endpoint({ id: 'b', method: 'PUT' }), endpoint({ id: 'a' }), endpoint({ id: 'c', service: 'a', sensitive: ['email'] })];
    expect(select(all, '', '').map((one) => one.id)).toEqual(['c', 'a', 'b']);
    expect(select(all, 'shop/orders', '').map((one) => one.id)).toEqual(['a', 'b']);
    expect(select(all, '', 'EMAIL orders').map((one) => one.id)).toEqual(['c']);
    expect(select(all, '', 'nothing')).toEqual([]);
  });

  it('count unanswered calls and answers 5xx as failures', () => {
    expect(failureShare(endpoint({ statuses: { '200': 6, '404': 2, '503': 1 }, unanswered: 1 }))).toBeCloseTo(0.2);
    expect(failureShare(endpoint({ calls: 0, statuses: {} }))).toBe(0);
    expect([percent(0), percent(0.0001), percent(0.2)]).toEqual(['–', '<0.1 %', '20.0 %']);
  });

  it('have the findings of their service, the worse first', () => {
    const finding = (over: Partial<Finding>): Finding => ({ service: 'shop/orders', kind: 'x', severity: 'low', method: 'GET', template: '/orders/{order_id}', detail: '', count: 1, ...over });
    const findings = [finding({ kind: 'low' }), finding({ kind: 'high', severity: 'high' }), finding({ service: 'other' }), finding({ method: 'PUT' })];
    expect(findingsOf(endpoint({}), findings).map((one) => one.kind)).toEqual(['high', 'low']);
  });

  it('of GraphQL are told apart by their operation', () => {
    expect(nameOf(endpoint({ template: '/graphql', operation: 'query GetUser' }))).toBe('/graphql query GetUser');
  });
});
