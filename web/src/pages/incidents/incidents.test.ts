import { describe, expect, it } from 'vitest';
import { callsAddress, choose, isCall, limitsOf, namespacesOf, readFlow } from './select';
import { timelineOf } from './timeline';
import type { Delivery, Incident, Limit } from './types';
import { limitWords, sentenceOf, titleOf } from './words';

const incident = (over: Partial<Incident> = {}): Incident => ({
  id: '01JCZ8K3V0A1B2C3D4E5F6G7H8', number: 1, state: 'open', kind: 'password_guessing', severity: 'high', score: 0.8, startedAt: '2026-01-31T12:00:00Z', detectedAt: '2026-01-31T12:00:20Z',
  lastAt: '2026-01-31T12:01:00Z', source: '10.0.0.66', server: '10.0.0.9:8080', namespace: 'shop', service: 'orders', findings: 3,
  reasons: [{ feature: 'refused_calls_of_caller_per_60s', usual: 0, present: 40 }], evidence: [], key: 'password_guessing/10.0.0.66/shop/orders', ...over,
});

const limit = (over: Partial<Limit> = {}): Limit => ({
  id: 'l', state: 'active', target: { kind: 'Ingress', namespace: 'shop', name: 'web' }, rps: 10, provider: 'ingress-nginx', effective: { bucket: 'leaky', rates: [], statusCode: 503 }, objects: [], warnings: [],
  createdAt: '2026-01-31T12:00:40Z', by: 'eve', left: [], ...over,
});

describe('incidents in a list', () => {
  it('are chosen by state, severity or worse, and namespace', () => {
    const all = [incident({ id: 'a' }), incident({ id: 'b', severity: 'medium', state: 'closed' }), incident({ id: 'c', severity: 'critical', namespace: 'pay' })];
    const ids = (choice: Partial<Parameters<typeof choose>[1]>) => choose(all, { state: '', severity: '', namespace: '', ...choice }).map((one) => one.id);
    expect([ids({}), ids({ state: 'open' }), ids({ severity: 'high' }), ids({ namespace: 'pay' }), ids({ severity: 'critical', state: 'closed' })]).toEqual([['a', 'b', 'c'], ['a', 'c'], ['a', 'c'], ['c'], []]);
    expect(namespacesOf([...all, incident({ namespace: undefined as never })])).toEqual(['pay', 'shop']);
  });

  it('say what they are about in words', () => {
    expect(titleOf(incident())).toBe('Password guessing on shop/orders');
    expect(titleOf(incident({ service: undefined as never, namespace: undefined as never }))).toBe('Password guessing on 10.0.0.9:8080');
    expect(titleOf(incident({ kind: 'something_else' as never }))).toBe('Something else on shop/orders');
    expect(sentenceOf(incident())).toBe('From 10.0.0.66: 40 calls of this caller refused, in a minute; usual here are 0.');
    expect(sentenceOf(incident({ source: undefined as never, reasons: [{ feature: 'x_y', present: 2 }] }))).toBe('2 x y; what is usual here is not known.');
  });

  it('lead to their calls and to those alone', () => {
    const query = new URL(callsAddress(incident()), 'http://x').searchParams;
    expect(query.get('where')).toBe('src.ip == "10.0.0.66" && dst.ip == "10.0.0.9" && dst.port == 8080');
    expect([query.get('from'), query.get('to')]).toEqual(['2026-01-31T11:59:00.000Z', '2026-01-31T12:02:00.000Z']);
    const other = new URL(callsAddress(incident({ source: undefined as never, server: '[fd00::7]:443', kind: 'error_ratio' })), 'http://x').searchParams;
    expect(other.get('where')).toBe('dst.ip == "fd00::7" && dst.port == 443 && status_code >= 500');
  });

  it('have calls and flows for evidence', () => {
    expect([isCall('01JCZ8K3V0A1B2C3D4E5F6G7H8'), isCall('10.0.0.7-10.0.0.9-51324-8081-6')]).toEqual([true, false]);
    expect(readFlow('10.0.0.7-fd00::9-51324-8081-6')).toEqual({ source: '10.0.0.7', destination: 'fd00::9', sourcePort: 51_324, destinationPort: 8081 });
    expect(readFlow('<img src=x>')).toBeUndefined();
  });
});

describe('what is done about an incident', () => {
  it('is what it set, what names it, and what is set on the way there', () => {
    const target = { kind: 'Ingress', namespace: 'shop', name: 'web' };
    const limits = [limit({ id: 'set' }), limit({ id: 'over', state: 'reverted' }), limit({ id: 'auto', state: 'reverted', incident: incident().id }), limit({ id: 'named', state: 'failed', reason: `incident ${incident().id}` })];
    expect(limitsOf(incident(), limits, [target]).map((one) => one.id)).toEqual(['set', 'auto', 'named']);
    expect(limitWords({ rps: 10, connections: 5 })).toBe('10 a second, 5 connections');
  });

  it('stands in one line of time', () => {
    const told: Delivery = { receiver: 'ops', kind: 'slack', status: 'firing', severity: 'high', takenAt: '2026-01-31T12:00:20Z', state: 'delivered', at: '2026-01-31T12:00:31Z', attempts: 1 };
    const texts = timelineOf(incident({ state: 'closed' }), [told], [limit({ state: 'reverted', endedAt: '2026-01-31T12:30:00Z' })], []).map((entry) => entry.text);
    expect(texts).toEqual([
      'The first of what belongs to it', 'Enough to say so: high', 'ops was told of it', 'eve limited Ingress shop/web to 10 a second', 'The last finding; it is over', 'The limit of Ingress shop/web was taken back',
    ]);
  });
});
