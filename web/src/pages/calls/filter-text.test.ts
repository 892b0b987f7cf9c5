import { describe, expect, it } from 'vitest';
import { addClause, caretUnder, celString, clauses, hasClause, suggest, toggleClause } from './filter-text';

describe('clauses', () => {
  it('splits at && outside of quotes and brackets', () => {
    expect(clauses('a == "x && y" && (b || c) && d in ["p && q"]')).toEqual(['a == "x && y"', '(b || c)', 'd in ["p && q"]']);
    expect(clauses('path == "a\\" && b"')).toEqual(['path == "a\\" && b"']);
    expect(clauses('  ')).toEqual([]);
  });

  it('does not split what it would change the meaning of', () => {
    expect(clauses('a || b && c')).toBeUndefined();
    expect(clauses('a ? b : c')).toBeUndefined();
  });
});

describe('chips', () => {
  it('add and take away a clause and leave the rest alone', () => {
    expect(toggleClause('', 'status_code >= 400')).toBe('status_code >= 400');
    expect(toggleClause('path == "/a"', '!complete')).toBe('path == "/a" && !complete');
    expect(toggleClause('path == "/a" && !complete', '!complete')).toBe('path == "/a"');
    expect(hasClause('a && !complete', '!complete')).toBe(true);
    expect(addClause('!complete', '!complete')).toBe('!complete');
  });

  it('wrap an alternative', () => {
    expect(toggleClause('a || b', '!complete')).toBe('(a || b) && !complete');
  });


  it('cannot be broken out of by a captured value', () => {
    const clause = `path == ${celString('/"||true||"\n')}`;
    expect(clauses(clause)).toEqual([clause]);
  });
});

describe('caretUnder', () => {
  const problem = { title: 'x' };
  it('points under the column, which counts from 1', () => {
    expect(caretUnder('a == statuss', { ...problem, column: 6, length: 7 })).toEqual({ line: 'a == statuss', marker: '     ^~~~~~~' });
  });
  it('stays inside the text', () => {
    expect(caretUnder('abc', { ...problem, column: 2, length: 99 })?.marker).toBe(' ^~');
    expect(caretUnder('abc', { ...problem, column: 99 })?.marker).toBe('   ^');
    expect(caretUnder('', { ...problem, column: 1 })?.marker).toBe('^');
  });
  it('shows the line that is wrong', () => {
    expect(caretUnder('a &&\nb c', { ...problem, column: 8 })).toEqual({ line: 'b c', marker: '  ^' });
  });
  it('draws nothing without a column', () => {
    expect(caretUnder('abc', problem)).toBeUndefined();
  });
});

describe('suggest', () => {
  const fields = [
    { name: 'status_code', type: 'int', description: '' },
    { name: 'path', type: 'string', description: '' },
    { name: 'src.pod.name', type: 'string', description: '' },
  ];
  const labels = (text: string) => suggest(text, text.length, fields).map((found) => found.label);

  it('offers fields that begin with the word, then those that contain it', () => {
    expect(labels('p')).toEqual(['path', 'src.pod.name']);
    expect(labels('a == 1 && sta')).toEqual(['status_code']);
  });
  it('offers methods after the dot of a text field', () => {
    expect(labels('path.s')).toEqual(['.startsWith("…")']);
    expect(labels('status_code.s')).toEqual([]);
    expect(suggest('x && path.c', 11, fields)[0]).toMatchObject({ insert: 'path.contains("', from: 5 });
  });
  it('keeps silent inside a text and after a complete word', () => {
    expect(labels('path == "sta')).toEqual([]);
    expect(labels('path')).toEqual([]);
    expect(labels('1 ')).toEqual([]);
  });
});

describe('completion behind a field', () => {
  const fields = [
    { name: 'method', type: 'string', description: '' }, { name: 'status_code', type: 'int', description: '' },
  ];
  const values = new Map([['method', ['GET', 'POST', 'say "hi"']]]);
  const labels = (text: string) => suggest(text, text.length, fields, 8, values).map((found) => found.label);

  it('offers operators that fit its type', () => {
    expect(labels('method ')).toEqual(['==', '!=', 'in']);
    expect(labels('path == "/" && status_code ')).toContain('>=');
    expect(labels('"method ')).toEqual([]);
  });
  it('offers the values that calls have, with or without the quote', () => {
    expect(labels('method == ')).toEqual(['"GET"', '"POST"', '"say \\"hi\\""']);
    expect(labels('method != "po')).toEqual(['"POST"']);
    expect(labels('method in ["GET", "')).toContain('"POST"');
    expect(suggest('method == "po', 13, fields, 8, values)[0]).toMatchObject({ insert: '"POST"', from: 10 });
    expect(labels('unknown == "')).toEqual([]);
  });
  it('offers functions', () => {
    expect(labels('siz')).toContain('size(…)');
  });
});
