import { describe, expect, it } from 'vitest';
import { ago, lasting, until } from './time';

const now = Date.parse('2026-01-31T12:00:00Z');

describe('times in words', () => {
  it('have two units at most', () => {
    expect([0, 999, 40_000, 60_000, 65_000, 3_600_000, 3_900_000, 90_000_000, 172_800_000].map(lasting)).toEqual(
      ['0 s', '0 s', '40 s', '1 min', '1 min 5 s', '1 h', '1 h 5 min', '1 day 1 h', '2 days']);
    expect(lasting(3_605_000)).toBe('1 h');
    expect(lasting(-5)).toBe('0 s');
  });

  it('lie behind or ahead', () => {
    expect(ago('2026-01-31T11:57:00Z', now)).toBe('3 min ago');
    expect(ago('2026-01-29T11:57:00Z', now)).toBe('2 days ago');
    expect(ago('2026-01-31T12:00:02Z', now)).toBe('just now');
    expect(ago(undefined, now)).toBe('–');
    expect(until('2026-01-31T12:29:12Z', now)).toBe('in 29 min 12 s');
    expect(until('2026-01-31T11:00:00Z', now)).toBe('over');
    expect(until('never', now)).toBe('–');
  });
});
