import { describe, expect, it } from 'vitest';
import { callQueryString, parseProblem } from '../../api/client';
import type { CallSummary } from '../../api/types';
import { Activity } from './activity';
import { explainAnomaly } from './anomalies';
import { peerName, serverLabel, statusText, statusTone } from './call-facts';
import { phases } from './detail/timing';
import { summarizeLoss } from './loss';
import { callsAddress, histogramSpan, readPageState, writePageState } from './url-state';

const call = (change: Partial<CallSummary>): CallSummary => ({
  id: '1', startedAt: '', complete: true, client: { ip: '10.0.0.1', port: 1 }, server: { ip: '10.0.0.2', port: 2 },
  request: null, response: null, ...change,
});

describe('page state', () => {
  it('survives the address bar', () => {
    const state = { where: 'path == "/a&b" && x', range: '1h' as const, from: 0, to: 0, call: '01JC', tab: 'timing' as const };
    expect(readPageState(writePageState(state))).toEqual(state);
    const custom = { ...state, range: 'custom' as const, from: 1_000_000_000_000, to: 1_000_000_060_000 };
    expect(readPageState(writePageState(custom))).toEqual(custom);
    expect(writePageState({ where: '', range: 'live', from: 0, to: 0, call: '', tab: 'timing' })).toBe('');
    expect(readPageState('?from=2026-01-31&to=2026-01-30').range).toBe('live');
    expect(readPageState('?range=forever').range).toBe('live');
  });
});

describe('a link to the calls', () => {
  it('has the filter and the time, whatever else the page knows that it stands on', () => {
    const elsewhere = { range: '1h' as const, from: 0, to: 0, where: '', focus: 'somebody' };
    expect(callsAddress('a == "b"', elsewhere)).toBe('/?where=a+%3D%3D+%22b%22&range=1h');
  });
});

describe('the span of the histogram', () => {
  it('is whole bars that stay where they are while time passes', () => {
    const early = histogramSpan({ range: 'live', from: 0, to: 0 }, 1_000_001);
    expect(early).toEqual({ from: 1_005_000 - 300_000, to: 1_005_000, buckets: 60 });
    expect(histogramSpan({ range: 'live', from: 0, to: 0 }, 1_004_999)).toEqual(early);
  });
  it('covers a chosen range with at most ninety bars', () => {
    for (const length of [1, 777, 60_000, 3_600_001, 7 * 86_400_000]) {
      const span = histogramSpan({ range: 'custom', from: 5, to: 5 + length }, 0);
      expect(span.buckets).toBeLessThanOrEqual(90);
      expect(span.from).toBe(5);
      expect(span.to).toBeGreaterThanOrEqual(5 + length);
    }
  });
});

describe('status', () => {
  it('says in words why there is none', () => {
    const missing = call({ complete: false, anomalies: ['response_missing_reset'] });
    expect(statusText(missing)).toEqual({ code: 'reset', note: '' });
    expect(statusTone(missing)).toBe('none');
  });
  it('takes a failed gRPC call inside a 200 for a failure', () => {
    const failed = call({ response: { status: 200 }, grpc: { status: 14 } });
    expect(statusTone(failed)).toBe('error');
    expect(statusText(failed).note).toBe('grpc 14');
  });
  it('has a tone for each class', () => {
    expect([101, 200, 304, 404, 500].map((status) => statusTone(call({ response: { status } })))).toEqual(['info', 'ok', 'redirect', 'warn', 'error']);
  });
});

describe('peerName', () => {
  it('prefers the name that people use', () => {
    const peer = { ip: '10.0.0.9', port: 80, pod: 'orders-5c', workload: 'orders-v2', service: 'orders' };
    expect(peerName(peer)).toBe('orders');
    expect(peerName({ ip: '10.0.0.9', port: 80, process: { name: 'curl' } })).toBe('curl');
    expect(peerName({ ip: '10.0.0.9', port: 80 })).toBe('10.0.0.9');
  });
  it('tells nameless services apart by their port, and says an address once', () => {
    const server = { ip: '10.0.0.9', port: 8080 };
    expect(serverLabel(server, { ip: '10.0.0.1', port: 40000 })).toBe('10.0.0.9:8080');
    expect(serverLabel(server, { ip: '10.0.0.9', port: 40000 })).toBe(':8080');
    expect(serverLabel({ ...server, service: 'orders' }, server)).toBe('orders');
    expect(serverLabel({ ip: '::1', port: 80 }, server)).toBe('[::1]:80');
  });
});

describe('loss', () => {
  it('says when nothing was lost', () => {
    expect(summarizeLoss({ capture: { packets: 5, dropped: { kernel: 0 } } }, 0)).toMatchObject({ tone: 'ok', text: '5 packets, nothing lost' });
  });
  it('tells packets first, adds no bytes to them, and names each reason', () => {
    const entry = (reason: string, stage: string, unit: string, count: number) => ({ plane: 'ring', interface: 'lo', reason, stage, unit, count, meaning: '' });
    const gap = entry('stream_gap_bytes', 'stream', 'bytes', 4);
    const loss = summarizeLoss({ capture: { packets: 20_000, dropped: { stream_gap_bytes: 4, kernel: 312 }, ledger: [gap, entry('kernel_drops', 'capture', 'packets', 312)] } }, 0);
    expect(loss).toMatchObject({ tone: 'warn', text: '20.0 k packets, 312 lost' });
    expect(summarizeLoss({ capture: { packets: 1, ledger: [gap] } }, 0).text).toBe('1 packets, 4 bytes missing');
    expect(loss.counters.slice(0, 2).map((counter) => counter.count)).toEqual([312, 4]);
  });
  it('owns up to what the page itself missed', () => {
    expect(summarizeLoss({ capture: { packets: 1 } }, 3).text).toBe('Page skipped 3 calls');
  });
  it('does not call silence health', () => {
    expect(summarizeLoss(undefined, 0).tone).toBe('unknown');
  });
});

describe('activity', () => {
  it('counts by second and forgets after its span', () => {
    const activity = new Activity(5);
    activity.add(10_000, 4, 1);
    activity.add(11_000, 2, 0);
    expect(activity.read(11_500).slice(-2)).toEqual([{ total: 4, failed: 1 }, { total: 2, failed: 0 }]);
    expect(activity.rate(12_000, 2)).toBe(3);
    activity.addPast(12_000, 9_500, 7, 2);
    activity.addPast(12_000, 7_000, 9, 9);
    activity.addPast(12_000, NaN, 9, 9);
    expect(activity.read(12_000).map((slot) => slot.total)).toEqual([0, 7, 4, 2, 0]);
    expect(activity.read(60_000).every((slot) => slot.total === 0)).toBe(true);
  });
});

describe('timing', () => {
  it('draws the handshake before the call', () => {
    expect(phases(call({ durationMs: 9, tcp: { handshakeRttMs: 1 } }))).toMatchObject([
      { id: 'handshake', start: 0, share: 0.1 }, { id: 'call', start: 0.1, share: 0.9 },
    ]);
  });
  it('draws phases only when the record has them all', () => {
    const timing = { requestMs: 1, waitMs: 8, responseMs: 1 };
    expect(phases(call({ durationMs: 10, timing })).map((phase) => phase.id)).toEqual(['request', 'wait', 'response']);
    expect(phases(call({ durationMs: 10, timing: { waitMs: 8 } })).map((phase) => phase.id)).toEqual(['call']);
    expect(phases(call({}))).toEqual([]);
  });
});

describe('the center', () => {
  it('gets a query without empty parts', () => {
    expect(callQueryString({ where: '', limit: 2, cursor: 'a b' })).toBe('limit=2&cursor=a+b&detail=summary');
  });
  it('may answer with something that is no problem document', () => {
    expect(parseProblem('<html>Bad gateway', 502)).toEqual({ title: 'The center answered 502', status: 502 });
    expect(parseProblem('{"title":"x","column":3}', 400)).toMatchObject({ title: 'x', column: 3 });
  });
});

describe('anomalies', () => {
  it('are explained, unknown ones by their name', () => {
    expect(explainAnomaly('response_missing_reset')).toContain('reset');
    expect(explainAnomaly('brand_new_thing')).toBe('Brand new thing.');
  });
});
