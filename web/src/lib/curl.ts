import type { Call } from '../api/types';

// Controls and bidirectional overrides: pasted raw they could run or disguise something in the reader's terminal.
const unsafeToPaste = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/;
const plainWord = /^[A-Za-z0-9_@%+=:,./-]+$/;
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * One word for a POSIX shell. Text with control characters uses $'…' (bash, zsh, ksh, POSIX 2024), where every one of
 * them is an escape.
 */
export function quote(text: string): string {
  if (plainWord.test(text)) return text;
  if (!unsafeToPaste.test(text)) return `'${text.replace(/'/g, `'\\''`)}'`;
  let quoted = '';
  for (const character of text) {
    if (character === '\\' || character === "'") quoted += `\\${character}`;
    else if (unsafeToPaste.test(character)) quoted += escapeBytes(character);
    else quoted += character;
  }
  return `$'${quoted}'`;
}

// Octal with three digits: unlike \x it cannot swallow the character that follows, in any shell.
const escapeBytes = (character: string) =>
  Array.from(new TextEncoder().encode(character), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');

/** Set by curl itself, or untrue for the decoded body that is sent. */
const droppedHeaders = new Set([
  'host', 'content-length', 'transfer-encoding', 'connection', 'keep-alive', 'accept-encoding', 'content-encoding', 'expect',
]);

/**
 * The request as a curl command that sends the same again. Captured text is data of strangers: no part of it can end a
 * quotation, become an option, or make curl read a file (`@name`).
 */
export function toCurl(call: Call): string | undefined {
  const request = call.request;
  if (!request) return undefined;

  const scheme = call.scheme === 'https' ? 'https' : 'http';
  const address = call.server.ip.includes(':') ? `[${call.server.ip}]` : call.server.ip;
  const host = request.host || `${address}:${call.server.port}`;
  const query = request.query ? `?${request.query}` : '';
  const path = request.path.startsWith('/') ? request.path : `/${request.path}`;

  const words = ['curl', '--globoff', '--path-as-is'];
  const body = request.body ?? '';
  if (request.method === 'HEAD') words.push('--head');
  else if (request.method !== 'GET' || body !== '') words.push('-X', quote(request.method));
  words.push(quote(`${scheme}://${host}${path}${query}`));

  const options: string[] = [];
  for (const [name, value] of request.headers ?? []) {
    const lower = name.toLowerCase();
    if (lower === 'accept-encoding') options.push('--compressed');
    if (droppedHeaders.has(lower) || !token.test(name) || /[\r\n\0]/.test(value)) continue;
    options.push(`-H ${quote(value === '' ? `${name};` : `${name}: ${value}`)}`);
  }

  // A command line cannot carry NUL, and what is not UTF-8 would be changed: such bodies come through a pipe.
  let prefix = '';
  if (body !== '' && (request.bodyEncoding === 'base64' || body.includes('\0'))) {
    const encoded = request.bodyEncoding === 'base64' ? body : base64(body);
    prefix = `printf %s ${quote(encoded)} | base64 -d | `;
    options.push('--data-binary @-');
  } else if (body !== '') {
    options.push(`--data-raw ${quote(body)}`);
  }
  return prefix + [words.join(' '), ...options].join(' \\\n  ');
}

function base64(text: string): string {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
