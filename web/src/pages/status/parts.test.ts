import { describe, expect, it } from 'vitest';
import type { Overview } from '../../api/types';
import { clockWords, planesOf, span, tlsProcesses, tlsReaders } from './parts';

const overview = (fields: Overview['fields']): Overview => ({ from: 0, to: 1, matched: 0, scanned: 0, fieldsCounted: 0, reachedBackTo: null, buckets: [], fields });

describe('the parts of the status', () => {
  it('tell of each plane that brought calls or lost something', () => {
    const entry = (plane: string) => ({ plane, interface: 'lo', stage: 'capture', reason: 'kernel_drops', count: 1, unit: 'packets', meaning: '' });
    const planes = planesOf({ capture: { ledger: [entry('ring'), entry('ring'), entry('-')] } },
      overview([{ field: 'capture_source', values: [{ value: 'ebpf_tls', count: 7 }], others: 0 }]));
    expect(planes.map(({ name, calls, losses }) => [name, calls, losses])).toEqual([['ebpf_tls', 7, 0], ['ring', 0, 2]]);
  });
  it('name whose encrypted calls are read, on both sides', () => {
    const tls = overview([
      { field: 'src.name', values: [{ value: 'curl', count: 2 }], others: 0 }, { field: 'dst.name', values: [{ value: 'nginx', count: 5 }], others: 0 },
    ]);
    expect(tlsReaders(tls)).toEqual([{ name: 'nginx', role: 'server', calls: 5 }, { name: 'curl', role: 'client', calls: 2 }]);
  });
  it('name whose encrypted calls are not read before those that are', () => {
    const tls = overview([{ field: 'dst.name', values: [{ value: 'nginx', count: 5 }], others: 0 }]);
    expect(tlsProcesses({ capture: { opaque: { java: 2, firefox: 9 } } }, tls).map(({ name, read, count }) => [name, read, count])).toEqual([['firefox', false, 9], ['java', false, 2], ['nginx', true, 5]]);
    expect(tlsProcesses(undefined, undefined, [{ name: 'node-2', opaque: { 'shop/web-1 java': 4 } }]).map(({ name, count }) => [name, count])).toEqual([['shop/web-1 java on node-2', 4]]);
    expect(tlsProcesses(undefined, undefined)).toEqual([]);
  });
  it('say how clocks differ', () => {
    expect([3, -49, 200, -1500, 180_000].map(clockWords)).toEqual(['agrees', 'agrees', '200 ms behind', '1.5 s ahead', '3 min behind']);
  });
  it('say times as people do', () => {
    expect([604_800, 90, 3600, 0].map(span)).toEqual(['7 days', '1.5 minutes', '1 hour', '0 seconds']);
  });
});
