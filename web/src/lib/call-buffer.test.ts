import { describe, expect, it } from 'vitest';
import type { CallSummary } from '../api/types';
import { CallBuffer } from './call-buffer';

const call = (id: string) => ({ id }) as CallSummary;
const ids = (buffer: CallBuffer) => Array.from({ length: buffer.length }, (_, i) => buffer.at(i)?.id);

describe('CallBuffer', () => {
  it('keeps the newest first and history behind it', () => {
    const buffer = new CallBuffer(10);
    buffer.pushOldest(call('c'));
    buffer.pushOldest(call('b'));
    buffer.pushNewest(call('d'));
    buffer.pushOldest(call('a'));
    expect(ids(buffer)).toEqual(['d', 'c', 'b', 'a']);
    expect(['a', 'b', 'c', 'd'].map((id) => buffer.indexOf(id))).toEqual([3, 2, 1, 0]);
  });

  it('pushes out the oldest when full, and counts it', () => {
    const buffer = new CallBuffer(3);
    for (const id of 'abcdefg') buffer.pushNewest(call(id));
    expect(ids(buffer)).toEqual(['g', 'f', 'e']);
    expect(buffer.evicted).toBe(4);
    expect(buffer.indexOf('a')).toBe(-1);
    expect(buffer.has('d')).toBe(false);
  });

  it('refuses history when full', () => {
    const buffer = new CallBuffer(2);
    buffer.pushNewest(call('b'));
    buffer.pushNewest(call('c'));
    expect(buffer.pushOldest(call('a'))).toBe(false);
    expect(ids(buffer)).toEqual(['c', 'b']);
  });

  it('pushes history out first once live calls fill it', () => {
    const buffer = new CallBuffer(3);
    buffer.pushOldest(call('b'));
    buffer.pushOldest(call('a'));
    buffer.pushNewest(call('c'));
    buffer.pushNewest(call('d'));
    expect(ids(buffer)).toEqual(['d', 'c', 'b']);
  });

  it('ignores a call that it has', () => {
    const buffer = new CallBuffer(3);
    expect(buffer.pushNewest(call('a'))).toBe(true);
    expect(buffer.pushNewest(call('a'))).toBe(false);
    expect(buffer.pushOldest(call('a'))).toBe(false);
    expect(buffer.length).toBe(1);
  });

  it('answers undefined outside of its rows and starts over after clear', () => {
    const buffer = new CallBuffer(2);
    buffer.pushNewest(call('a'));
    expect(buffer.at(-1)).toBeUndefined();
    expect(buffer.at(1)).toBeUndefined();
    buffer.clear();
    expect(buffer.length).toBe(0);
    expect(buffer.pushNewest(call('a'))).toBe(true);
  });
});
