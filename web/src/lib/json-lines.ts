/**
 * JSON text to indented, coloured, foldable lines. Works on the text instead of the parsed value, so that big numbers,
 * duplicate keys and escapes are shown as they were sent, and a body cut off by the capture is shown up to the cut.
 */

export type TokenKind = 'key' | 'string' | 'number' | 'literal' | 'punctuation';

export interface Token {
  kind: TokenKind;
  text: string;
}

export interface JsonLine {
  indent: number;
  tokens: Token[];
  /** Index of the line that closes the container opened here. */
  closedBy?: number;
  /** Members of that container. */
  members?: number;
}

export interface JsonDocument {
  lines: JsonLine[];
  /** False when the text ended inside a container or string. */
  complete: boolean;
}

const lexeme = /\s*(?:([{}[\],:])|("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*)|(true|false|null)\b)/suy;

/** @returns undefined when the text is not JSON. */
export function jsonLines(text: string): JsonDocument | undefined {
  const first = /\S/.exec(text)?.[0];
  if (first !== '{' && first !== '[') return undefined;

  const lines: JsonLine[] = [];
  const open: { line: number; members: number; object: boolean }[] = [];
  let line: JsonLine = { indent: 0, tokens: [] };
  let expectKey = false;
  let ended = false;
  lines.push(line);

  const breakLine = () => {
    line = { indent: open.length, tokens: [] };
    lines.push(line);
  };

  lexeme.lastIndex = 0;
  while (lexeme.lastIndex < text.length) {
    const start = lexeme.lastIndex;
    const match = lexeme.exec(text);
    if (!match) {
      const rest = text.slice(start);
      if (rest.trim() === '') break;
      if (ended) return undefined;
      // A string or literal without its end is where the capture stopped; anything else means this was never JSON.
      if (!/^\s*("[^]*|-|t(ru?)?|f(a(ls?)?)?|n(ul?)?)$/.test(rest)) return undefined;
      line.tokens.push({ kind: 'string', text: rest.trim() });
      return { lines, complete: false };
    }
    if (ended) return undefined;
    const [, punctuation, string, number, literal] = match;
    const container = open.at(-1);

    if (punctuation === '{' || punctuation === '[') {
      if (container && (!container.object || !expectKey)) container.members += container.object ? 0 : 1;
      line.tokens.push({ kind: 'punctuation', text: punctuation });
      open.push({ line: lines.length - 1, members: 0, object: punctuation === '{' });
      expectKey = punctuation === '{';
      const closer = punctuation === '{' ? '}' : ']';
      const close = new RegExp(`\\s*\\${closer}`, 'y');
      close.lastIndex = lexeme.lastIndex;
      if (close.test(text)) {
        line.tokens.push({ kind: 'punctuation', text: closer });
        lexeme.lastIndex = close.lastIndex;
        open.pop();
        expectKey = false;
        ended = open.length === 0;
      } else {
        breakLine();
      }
    } else if (punctuation === '}' || punctuation === ']') {
      const closed = open.pop();
      if (!closed || closed.object !== (punctuation === '}')) return undefined;
      breakLine();
      line.tokens.push({ kind: 'punctuation', text: punctuation });
      const opener = lines[closed.line];
      if (opener) {
        opener.closedBy = lines.length - 1;
        opener.members = closed.members;
      }
      expectKey = false;
      ended = open.length === 0;
    } else if (punctuation === ',') {
      if (!container) return undefined;
      line.tokens.push({ kind: 'punctuation', text: ',' });
      expectKey = container.object;
      breakLine();
    } else if (punctuation === ':') {
      line.tokens.push({ kind: 'punctuation', text: ': ' });
      expectKey = false;
    } else if (string !== undefined) {
      if (!container) return undefined;
      if (expectKey || !container.object) container.members++;
      line.tokens.push({ kind: expectKey ? 'key' : 'string', text: string });
    } else {
      if (!container || expectKey) return undefined;
      if (!container.object) container.members++;
      line.tokens.push(
        number !== undefined ? { kind: 'number', text: number } : { kind: 'literal', text: literal ?? '' },
      );
    }
  }
  return { lines, complete: ended };
}

/** Indices of the lines to show when the containers opened on `folded` lines are closed. */
export function visibleLines(lines: readonly JsonLine[], folded: ReadonlySet<number>): number[] {
  const shown: number[] = [];
  for (let i = 0; i < lines.length; i++) {
    shown.push(i);
    const end = lines[i]?.closedBy;
    if (end !== undefined && folded.has(i)) i = end;
  }
  return shown;
}

/** The place of each line within the document, as records name places: `user.email`, without positions in lists. */
export function linePaths(lines: readonly JsonLine[]): string[] {
  const open: { indent: number; name: string }[] = [];
  return lines.map((line) => {
    while ((open.at(-1)?.indent ?? -1) >= line.indent) open.pop();
    const key = line.tokens[0]?.kind === 'key' ? (line.tokens[0].text.slice(1, -1)) : undefined;
    const names = open.map((container) => container.name).filter((name) => name !== '');
    const path = [...names, ...(key === undefined ? [] : [key])].join('.');
    if (line.closedBy !== undefined) open.push({ indent: line.indent, name: key ?? '' });
    return path;
  });
}
