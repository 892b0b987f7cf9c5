import { describe, expect, it } from 'vitest';
import { linePaths, jsonLines, visibleLines } from './json-lines';

const print = (text: string) =>
  jsonLines(text)?.lines.map((line) => '  '.repeat(line.indent) + line.tokens.map((token) => token.text).join('')).join('\n').replaceAll(/ +$/gm, '');

describe('jsonLines', () => {
  it('indents like JSON.stringify', () => {
    const value = { a: 1, b: [true, null, 'x\n'], c: {}, d: [], e: { f: -1.5e3, g: [{ h: [] }] }, 'i"j': '' };
    expect(print(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
    expect(print(JSON.stringify(value, null, 7))).toBe(JSON.stringify(value, null, 2));
    expect(print('[]')).toBe('[]');
  });

  it('keeps numbers, duplicate keys and escapes as they were sent', () => {
    expect(print('{"n":12345678901234567890,"n":1.0,"s":"\\u0041"}')).toBe('{\n  "n": 12345678901234567890,\n  "n": 1.0,\n  "s": "\\u0041"\n}');
  });

  it('tells keys from strings', () => {
    const kinds = jsonLines('{"a":"b"}')?.lines[1]?.tokens.map((token) => token.kind);
    expect(kinds).toEqual(['key', 'punctuation', 'string']);
  });

  it.each(['', 'hello', '<html>', '"text"', '17', '{]', '[1}', '{} trailing', '[1] [2]', '{nope}', '{"a":undefined}'])('says that %j is no JSON', (text) => {
    expect(jsonLines(text)).toBeUndefined();
  });

  it('shows a body that the capture cut off up to the cut', () => {
    const document = jsonLines('{"a":[1,2,{"b":"unfinis');
    expect(document?.complete).toBe(false);
    expect(document?.lines.at(-1)?.tokens.at(-1)?.text).toBe('"unfinis');
    expect(jsonLines('{"a":1')?.complete).toBe(false);
    expect(jsonLines('{"a":1}')?.complete).toBe(true);
  });

  it('knows where containers end and how much is in them', () => {
    const lines = jsonLines('{"a":[1,2,3],"b":{"c":1}}')?.lines ?? [];
    expect(lines[0]).toMatchObject({ members: 2, closedBy: lines.length - 1 });
    expect(lines[1]).toMatchObject({ members: 3, closedBy: 5 });
  });

  it('leaves out what is folded', () => {
    const lines = jsonLines('{"a":[1,2,3],"b":2}')?.lines ?? [];
    expect(visibleLines(lines, new Set([1]))).toEqual([0, 1, 6, 7]);
    expect(visibleLines(lines, new Set([0]))).toEqual([0]);
  });

  it('reads a megabyte of nesting without running out of stack', () => {
    expect(jsonLines('['.repeat(20_000))?.complete).toBe(false);
  });
});

describe('places of lines', () => {
  it('are named without positions in lists', () => {
    const document = jsonLines('{"user":{"email":"a","tags":["x",{"id":1}]},"total":2}');
    const paths = linePaths(document?.lines ?? []);
    expect(paths.filter((_, index) => document?.lines[index]?.tokens[0]?.kind === 'key')).toEqual(
      ['user', 'user.email', 'user.tags', 'user.tags.id', 'total']);
  });
});
