export interface GraphQlRequest {
  query: string;
  operationName: string | undefined;
  /** JSON text; undefined without variables. */
  variables: string | undefined;
}

/** The parts of a GraphQL request as HTTP carries it (GraphQL over HTTP §5.4): the first one of a batch. */
export function graphQlRequest(body: string): GraphQlRequest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first !== 'object' || first === null || !('query' in first) || typeof first.query !== 'string') return undefined;
  const { operationName, variables } = first as { operationName?: unknown; variables?: unknown };
  const some = typeof variables === 'object' && variables !== null && Object.keys(variables).length > 0;
  return {
    query: formatGraphQl(first.query),
    operationName: typeof operationName === 'string' && operationName !== '' ? operationName : undefined,
    variables: some ? JSON.stringify(variables) : undefined,
  };
}

const lexeme = /\s+|"""[^]*?"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*|[{}]|[^\s{}"#]+|"/gy;

/** A document that was sent in one line, broken at its braces; one that has lines keeps them. */
export function formatGraphQl(document: string): string {
  if (document.includes('\n')) return document;
  const lines: string[] = [];
  let line = '';
  let depth = 0;
  let inside = 0;
  const flush = () => {
    if (line.trim() !== '') lines.push('  '.repeat(Math.max(0, depth)) + line.trim());
    line = '';
  };
  for (const [token] of document.matchAll(lexeme)) {
    // Braces of values stand in brackets of arguments and stay in their line.
    inside += count(token, '(') - count(token, ')');
    if (inside === 0 && token === '{') {
      line += '{';
      flush();
      depth++;
    } else if (inside === 0 && token === '}') {
      flush();
      depth--;
      line = '}';
      flush();
    } else if (inside === 0 && depth > 0 && /^\s+$/.test(token)) {
      line += ' ';
    } else line += token;
  }
  flush();
  return lines.join('\n');
}

const count = (text: string, character: string) => (text.startsWith('"') ? 0 : text.split(character).length - 1);
