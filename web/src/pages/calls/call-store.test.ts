import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallSummary } from '../../api/types';
import { CallStore } from './call-store';

const call = (number: number): CallSummary => ({
  id: String(number).padStart(6, '0'), startedAt: new Date(number * 10).toISOString(), complete: true,
  client: { ip: '10.0.0.1', port: 1 }, server: { ip: '10.0.0.2', port: 2 }, request: null, response: { status: 200 },
});

/** The center: calls 0 to `stored` - 1, ten milliseconds apart, and pages of them, newest first. */
let stored = 0;
let requests: URLSearchParams[] = [];
const center = async (address: string) => {
  const query = new URLSearchParams(address.split('?')[1]);
  requests.push(query);
  if (query.get('where') === 'wrong') return new Response('{"title":"no","status":400,"column":1}', { status: 400 });
  const below = Number(query.get('cursor') ?? stored);
  const from = Math.max(0, Math.ceil(Date.parse(query.get('from') ?? '1970') / 10));
  const limit = Number(query.get('limit'));
  const items = Array.from({ length: Math.max(0, Math.min(limit, below - from)) }, (_, i) => call(below - 1 - i));
  return Response.json({ items, next: below - limit > from ? String(below - limit) : null });
};

class FakeEventSource {
  static current: FakeEventSource;
  static readonly CLOSED = 2;
  readyState = 1;
  onopen: (() => void) | undefined;
  onerror: (() => void) | undefined;
  onExchange: ((event: { data: string }) => void) | undefined;
  onUpdate: ((event: { data: string }) => void) | undefined;
  constructor() {
    FakeEventSource.current = this;
  }
  addEventListener(name: string, listener: (event: { data: string }) => void) {
    if (name === 'exchange') this.onExchange = listener;
    if (name === 'update') this.onUpdate = listener;
  }
  send(number: number) {
    this.onExchange?.({ data: JSON.stringify(call(number)) });
  }
  close() {}
}

beforeEach(() => {
  requests = [];
  vi.useFakeTimers();
  vi.stubGlobal('fetch', center);
  vi.stubGlobal('EventSource', FakeEventSource);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const settle = () => vi.advanceTimersByTimeAsync(500);
const numbers = (store: CallStore) => Array.from({ length: store.rows.length }, (_, i) => Number(store.rows.at(i)?.id));
const down = (from: number, count: number) => Array.from({ length: count }, (_, i) => from - i);

describe('CallStore', () => {
  it('closes the gap of a broken stream, however long, and keeps the order', async () => {
    stored = 300;
    const store = new CallStore();
    await store.open('', 'live');
    FakeEventSource.current.onopen?.();
    await settle();
    expect(numbers(store)).toEqual(down(299, 200));

    FakeEventSource.current.onerror?.();
    stored = 3300;
    FakeEventSource.current.onopen?.();
    // Live calls come before the answer does.
    for (let number = 3290; number < 3305; number++) FakeEventSource.current.send(number);
    stored = 3305;
    await settle();
    expect(numbers(store)).toEqual(down(3304, 3205));
    store.close();
  });

  it('tries again after a catch-up that failed', async () => {
    stored = 50;
    const store = new CallStore();
    await store.open('', 'live');
    FakeEventSource.current.onopen?.();
    await settle();
    FakeEventSource.current.onerror?.();
    stored = 2500;
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('refused')));
    FakeEventSource.current.onopen?.();
    await settle();
    expect(store.getSnapshot().problem).toBeDefined();
    vi.stubGlobal('fetch', center);
    FakeEventSource.current.onerror?.();
    FakeEventSource.current.onopen?.();
    await settle();
    expect(numbers(store)).toEqual(down(2499, 2500));
    expect(store.getSnapshot().problem).toBeUndefined();
    store.close();
  });

  it('updates a running call in its place, and counts it when it is over', async () => {
    stored = 3;
    const store = new CallStore();
    await store.open('', 'live');
    FakeEventSource.current.onopen?.();
    await settle();
    const send = (change: Partial<CallSummary>) => FakeEventSource.current.onExchange?.({ data: JSON.stringify({ ...call(3), ...change }) });
    send({ inProgress: true, complete: false, response: null });
    FakeEventSource.current.send(4);
    await settle();
    expect(numbers(store)).toEqual([4, 3, 2, 1, 0]);
    expect(store.rows.at(1)).toMatchObject({ inProgress: true, response: null });

    send({ inProgress: true, complete: false, eventStream: { events: 7 } });
    send({});
    await settle();
    expect(numbers(store)).toEqual([4, 3, 2, 1, 0]);
    expect(store.rows.at(1)).toMatchObject({ complete: true, response: { status: 200 } });
    expect(store.rows.at(1)?.inProgress).toBeUndefined();
    store.close();
  });

  it('takes news of a call that the filter no longer wants only for a row it shows', async () => {
    stored = 1;
    const store = new CallStore();
    await store.open('', 'live');
    FakeEventSource.current.onopen?.();
    await settle();
    const update = (number: number, change: Partial<CallSummary>) =>
      FakeEventSource.current.onUpdate?.({ data: JSON.stringify({ ...call(number), ...change }) });
    update(0, { response: { status: 500 } });
    update(9, {});
    await settle();
    expect(numbers(store)).toEqual([0]);
    expect(store.rows.at(0)?.response?.status).toBe(500);
    store.close();
  });

  it('asks for calls that ran when the stream broke', async () => {
    stored = 2;
    const store = new CallStore();
    await store.open('', 'live');
    FakeEventSource.current.onopen?.();
    FakeEventSource.current.onExchange?.({ data: JSON.stringify({ ...call(2), inProgress: true, complete: false }) });
    await settle();
    FakeEventSource.current.onerror?.();
    vi.stubGlobal('fetch', async (address: string) =>
      address.includes('/exchanges/000002') ? Response.json(call(2)) : center(address));
    FakeEventSource.current.onopen?.();
    await settle();
    expect(store.rows.at(0)?.inProgress).toBeUndefined();
    store.close();
  });

  it('keeps the rows when the next filter is wrong, and says which filter they passed', async () => {
    stored = 20;
    const store = new CallStore();
    await store.open('right', 'live');
    await store.open('wrong', 'live');
    expect(store.rows.length).toBe(20);
    expect(store.getSnapshot()).toMatchObject({ where: 'right', older: 'stale', problem: { status: 400 } });
    await store.loadOlder();
    expect(requests).toHaveLength(2);
    await store.open('', 'live');
    expect(store.getSnapshot()).toMatchObject({ where: '', older: 'end', problem: undefined });
    store.close();
  });
});
