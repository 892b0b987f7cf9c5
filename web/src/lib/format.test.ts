import { describe, expect, it } from 'vitest';
import { durationShare, formatBytes, formatCompact, formatDuration, formatTime, plural, visible, visibleLine } from './format';

describe('formatDuration', () => {
  it.each([
    [null, '–'], [undefined, '–'], [0, '0 µs'], [0.0004, '0 µs'], [0.41, '410 µs'], [0.9996, '1.00 ms'], [1.234, '1.23 ms'],
    [12.34, '12.3 ms'], [123.4, '123 ms'], [999.6, '1.00 s'], [1500, '1.50 s'], [59_999, '1 min 0 s'], [125_000, '2 min 5 s'],
  ])('%s ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe('formatBytes', () => {
  it.each([[null, '–'], [0, '0 B'], [999, '999 B'], [1000, '1.0 kB'], [15_300, '15 kB'], [999_900, '1.0 MB'], [2_500_000, '2.5 MB']])(
    '%s is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe('formatCompact', () => {
  it.each([[0, '0'], [9999, '9,999'], [12_345, '12.3 k'], [999_900, '1.0 M'], [123_400_000, '123 M']])(
    '%s is %s', (value, text) => expect(formatCompact(value)).toBe(text));
});

describe('durationShare', () => {
  it('grows with the logarithm and stays inside the bar', () => {
    expect(durationShare(0)).toBe(0.02);
    expect(durationShare(10)).toBeCloseTo(0.4);
    expect(durationShare(1e9)).toBe(1);
  });
});

describe('visible', () => {
  it('writes what cannot be seen, or reorders what is, as an escape', () => {
    expect(visible('a\u0000b\u001b[31m')).toBe('a\\x00b\\x1b[31m');
    expect(visible('\u202Egnp.exe')).toBe('\\u202egnp.exe');
    expect(visible('a\u200Bb\uFEFF')).toBe('a\\u200bb\\ufeff');
    expect(visible('\uD800x')).toBe('\\ud800x');
  });

  it('keeps ordinary text, line breaks and pairs of surrogates', () => {
    expect(visible('Zürich 日本\n\t🚰')).toBe('Zürich 日本\n\t🚰');
  });

  it('keeps a line one line', () => {
    expect(visibleLine('a\nb\tc')).toBe('a\\nb\\tc');
  });
});

describe('small texts', () => {
  it('counts in words', () => {
    expect(plural(1, 'new call')).toBe('1 new call');
    expect(plural(4120, 'new call')).toBe('4,120 new calls');
  });

  it('shows a time that cannot be read as it came', () => {
    expect(formatTime('soon')).toBe('soon');
    expect(formatTime('2026-01-31T12:00:00.123456Z')).toMatch(/^\d\d:\d\d:\d\d\.123$/);
  });
});
