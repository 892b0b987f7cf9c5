import { describe, expect, it } from 'vitest';
import { readTrafficState, writeTrafficState } from './place';
import { chartOf, niceTop, outlines } from './series';
import type { TrafficAnswer } from './types';

const minute = 60_000;
const answer = (change: Partial<TrafficAnswer> = {}): TrafficAnswer => ({
  from: 0, to: 3 * minute, stepSeconds: 60, groupBy: ['protocol'], bytes: 900, packets: 9,
  steps: [{ start: 0, bytes: 600, packets: 6 }, { start: 2 * minute, bytes: 300, packets: 3 }],
  groups: [
    { values: { protocol: 'tcp' }, bytes: 600, packets: 6, steps: [{ start: 0, bytes: 480, packets: 5 }, { start: 2 * minute, bytes: 120, packets: 1 }] },
    { values: { protocol: '' }, bytes: 180, packets: 2, steps: [{ start: 2 * minute, bytes: 180, packets: 2 }] },
  ],
  others: { groups: 1, bytes: 120, packets: 1 }, ...change,
});

describe('series', () => {
  it('are rates, with zeros where nothing was and the others as one', () => {
    const chart = chartOf(answer(), 'protocol', 'bytes');
    expect(chart.series.map(({ label, rates }) => [label, rates])).toEqual([['TCP', [8, 0, 2]], ['not known', [0, 0, 3]], ['1 others', [2, 0, 0]]]);
    expect(chart.top).toBe(10);
    expect(chart.isStacked).toBe(true);
  });
  it('take a step that is not over for as long as it is', () => {
    expect(chartOf(answer({ to: 2 * minute + 15_000 }), 'protocol', 'packets').series[0]?.rates[2]).toBeCloseTo(1 / 15);
  });
  it('stand beside each other where a frame counts at both ends', () => {
    const chart = chartOf(answer({ groups: [{ values: { pod: 'a/b' }, bytes: 1, packets: 1, steps: [] }] }), 'pod', 'bytes');
    expect(chart.isStacked).toBe(false);
    expect(chart.series).toHaveLength(1);
    expect(outlines(chart)[0]).not.toContain('Z');
  });
  it('are drawn on top of each other', () => {
    const [first, second] = outlines(chartOf(answer(), 'protocol', 'bytes'));
    expect(first).toBe('M0 20.00L0.5 20.00L1.5 100.00L2.5 80.00L3 80.00L3 100.00L2.5 100.00L1.5 100.00L0.5 100.00L0 100.00Z');
    expect(second).toContain('L2.5 50.00');
  });
  it('have an axis that ends at a round number', () => {
    expect([0, 0.3, 7, 10, 11, 4_900_000].map(niceTop)).toEqual([1, 0.5, 10, 10, 20, 5_000_000]);
  });
});

describe('the address', () => {
  it('restores the page', () => {
    const state = { range: '24h' as const, from: 0, to: 0, by: 'node' as const, measure: 'packets' as const, only: { protocol: 'udp', pod: 'shop/a&b' } };
    expect(readTrafficState(writeTrafficState(state))).toEqual(state);
    expect(writeTrafficState(readTrafficState(''))).toBe('');
    expect(readTrafficState('?by=colour').by).toBe('');
  });
});
