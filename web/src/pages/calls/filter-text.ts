import type { FilterField, Problem } from '../../api/types';

/** Splits a filter at its top-level `&&`; undefined when it has a top-level `||` or `?`, where clauses cannot be told apart. */
export function clauses(filter: string): string[] | undefined {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  let quoted = '';
  for (let i = 0; i < filter.length; i++) {
    const character = filter[i] ?? '';
    if (quoted !== '') {
      if (character === '\\') i++;
      else if (character === quoted) quoted = '';
    } else if (character === '"' || character === "'") quoted = character;
    else if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) depth--;
    else if (depth === 0 && (filter.startsWith('||', i) || character === '?')) return undefined;
    else if (depth === 0 && filter.startsWith('&&', i)) {
      parts.push(filter.slice(start, i).trim());
      start = i + 2;
      i++;
    }
  }
  parts.push(filter.slice(start).trim());
  return parts.filter((part) => part !== '');
}

export const hasClause = (filter: string, clause: string) => clauses(filter)?.includes(clause) ?? false;

/** Adds the clause, or takes it away when it is there. */
export function toggleClause(filter: string, clause: string): string {
  const parts = clauses(filter);
  if (!parts) return `(${filter.trim()}) && ${clause}`;
  const without = parts.filter((part) => part !== clause);
  return (without.length < parts.length ? without : [...parts, clause]).join(' && ');
}

export const addClause = (filter: string, clause: string) =>
  hasClause(filter, clause) ? filter : toggleClause(filter, clause);

/** Calls that pass every one of these filters. */
export const allOf = (...filters: string[]) =>
  [...new Set(filters.filter((filter) => filter.trim() !== '').flatMap((filter) => clauses(filter) ?? [`(${filter.trim()})`]))].join(' && ');

/** A CEL string literal. JSON's escapes are a subset of CEL's. */
export const celString = (text: string) => JSON.stringify(text);

export interface Caret {
  /** The line of the filter that is wrong. */
  line: string;
  /** Spaces up to the mistake, then ^ and ~ under it. */
  marker: string;
}

/** Draws where the filter is wrong; undefined when the center did not say. A column past the end points behind the last character. */
export function caretUnder(filter: string, problem: Problem): Caret | undefined {
  if (problem.column === undefined || problem.column < 1) return undefined;
  const offset = Math.min(problem.column - 1, filter.length);
  const lineStart = filter.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = filter.indexOf('\n', offset);
  const line = filter.slice(lineStart, lineEnd < 0 ? undefined : lineEnd).replace(/\t/g, ' ');
  const column = offset - lineStart;
  const length = Math.max(1, Math.min(problem.length ?? 1, Math.max(1, line.length - column)));
  return { line, marker: `${' '.repeat(column)}^${'~'.repeat(length - 1)}` };
}

export interface Suggestion {
  /** What is shown. */
  label: string;
  kind: string;
  description: string;
  /** What replaces the text from `from` to the cursor. */
  insert: string;
  from: number;
}

const stringMethods: [string, string][] = [
  ['contains', 'has this text anywhere'],
  ['startsWith', 'begins with this text'],
  ['endsWith', 'ends with this text'],
  ['matches', 'matches this regular expression'],
];

const functions: { name: string; insert: string; description: string }[] = [
  { name: 'size', insert: 'size(', description: 'characters of a text, entries of a list' },
  { name: 'timestamp', insert: 'timestamp("', description: 'a time: timestamp("2026-01-31T12:00:00Z")' },
];

const operators: Record<string, [string, string][]> = {
  string: [['==', 'is'], ['!=', 'is not'], ['in', 'is one of: in ["a", "b"]']],
  int: [['==', 'is'], ['>=', 'at least'], ['>', 'more than'], ['<', 'less than'], ['!=', 'is not']],
  double: [['>=', 'at least'], ['>', 'more than'], ['<', 'less than']],
  timestamp: [['>=', 'at or after'], ['<', 'before']],
  bool: [['&&', 'and'], ['||', 'or']],
};

/** Values of fields that calls have, by field: what completion offers behind `==`. */
export type KnownValues = ReadonlyMap<string, readonly string[]>;

/** What could be typed at the cursor: fields, functions, the methods of a text field after its dot, operators, values. */
export function suggest(text: string, cursor: number, fields: readonly FilterField[], limit = 8, values: KnownValues = new Map()): Suggestion[] {
  const before = text.slice(0, cursor);
  const value = suggestValue(before, cursor, values, limit);
  if (value) return value;
  if (insideString(before)) return [];
  const operator = suggestOperator(before, cursor, fields);
  if (operator) return operator;
  const word = /[A-Za-z_][\w.]*$/.exec(before)?.[0] ?? '';
  if (word === '') return [];
  const from = cursor - word.length;

  const dot = word.lastIndexOf('.');
  const owner = dot > 0 ? fields.find((field) => field.name === word.slice(0, dot)) : undefined;
  if (owner && owner.type === 'string') {
    const typed = word.slice(dot + 1).toLowerCase();
    return stringMethods
      .filter(([name]) => name.toLowerCase().startsWith(typed))
      .map(([name, description]) => ({
        label: `.${name}("…")`, kind: 'method', description, insert: `${owner.name}.${name}("`, from,
      }));
  }

  const typed = word.toLowerCase();
  const rank = (name: string) => (name.toLowerCase().startsWith(typed) ? 0 : name.toLowerCase().includes(typed) ? 1 : 2);
  const named = fields
    .filter((field) => rank(field.name) < 2 && field.name !== word)
    .sort((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name))
    .slice(0, limit)
    .map((field) => ({ label: field.name, kind: field.type, description: field.description, insert: field.name, from }));
  const called = functions
    .filter(({ name }) => rank(name) === 0)
    .map(({ name, insert, description }) => ({ label: `${name}(…)`, kind: 'function', description, insert, from }));
  return [...named, ...called].slice(0, limit);
}

const comparison = /([A-Za-z_][\w.]*)\s*(?:==|!=|\bin\s*\[(?:\s*"(?:[^"\\]|\\.)*"\s*,)*)\s*("?)([^"\]]*)$/;

/** Values behind `field ==`, `!=` and `in [`, with or without the quote typed. */
function suggestValue(before: string, cursor: number, values: KnownValues, limit: number): Suggestion[] | undefined {
  const match = comparison.exec(before);
  if (!match) return undefined;
  const [, field = '', quote = '', typed = ''] = match;
  const known = values.get(field);
  if (!known || (quote === '' && typed.trim() !== '')) return undefined;
  const from = cursor - typed.length - quote.length;
  return known
    .filter((value) => value.toLowerCase().includes(typed.toLowerCase()) && value !== typed)
    .slice(0, limit)
    .map((value) => ({ label: celString(value), kind: 'value', description: '', insert: celString(value), from }));
}

/** Operators behind a whole field and a space. */
function suggestOperator(before: string, cursor: number, fields: readonly FilterField[]): Suggestion[] | undefined {
  const match = /(?:^|[\s(!])([A-Za-z_][\w.]*)\s+$/.exec(before);
  const field = match ? fields.find((candidate) => candidate.name === match[1]) : undefined;
  return field && operators[field.type]?.map(([operator, description]) => ({
    label: operator, kind: 'operator', description, insert: `${operator} `, from: cursor,
  }));
}

function insideString(before: string): boolean {
  let quoted = '';
  for (let i = 0; i < before.length; i++) {
    const character = before[i] ?? '';
    if (quoted === '' && (character === '"' || character === "'")) quoted = character;
    else if (quoted !== '' && character === '\\') i++;
    else if (character === quoted) quoted = '';
  }
  return quoted !== '';
}
