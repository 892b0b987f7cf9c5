import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { Call } from '../api/types';
import { quote, toCurl } from './curl';

const base: Call = {
  id: '1', startedAt: '2026-01-31T12:00:00Z', complete: true,
  client: { ip: '10.0.0.1', port: 1 }, server: { ip: '10.0.0.2', port: 8080 },
  request: { method: 'GET', host: 'shop:8080', path: '/a', query: '', headers: [] }, response: null,
};
const withRequest = (change: Partial<NonNullable<Call['request']>>): Call =>
  ({ ...base, request: { ...base.request!, ...change } });

/** What bash makes of a command: its words, with curl replaced by a printer. */
const words = (command: string) =>
  execFileSync('bash', ['-c', `curl() { printf '%s\\0' "$@"; }\n${command}`], { encoding: 'utf8' }).split('\0').slice(0, -1);

describe('quote', () => {
  it.each([
    'plain', "it's", '$(reboot)', '`id`', '"double"', 'a b', '!!', '\\', 'line\nbreak', 'tab\t', 'esc\u001b[31m', "mixed'\u0007\\n",
    '\u202Egnp.exe', 'ünïcödé', '', '-rf', '\u0007123',
  ])('gives %j back to the shell unchanged', (text) => {
    expect(words(`curl ${quote(text)}`)).toEqual([text]);
  });

  it('never puts a raw control character on the clipboard', () => {
    expect(quote('a\u001b[2Jb\r')).toBe("$'a\\033[2Jb\\015'");
  });
});

describe('toCurl', () => {
  it('writes a plain GET without options it does not need', () => {
    expect(toCurl(base)).toBe('curl --globoff --path-as-is http://shop:8080/a');
  });

  it('sends method, query, headers and body as they were', () => {
    const command = toCurl(withRequest({
      method: 'POST', path: '/o', query: 'q=[1]&x={y}',
      headers: [['Content-Type', 'application/json'], ['X-Empty', ''], ['X-Quote', "it's"]], body: '{"a":"b\'c"}', bodyEncoding: 'utf8',
    }))!;
    expect(words(command)).toEqual([
      '--globoff', '--path-as-is', '-X', 'POST', 'http://shop:8080/o?q=[1]&x={y}',
      '-H', 'Content-Type: application/json', '-H', 'X-Empty;', '-H', "X-Quote: it's", '--data-raw', '{"a":"b\'c"}',
    ]);
  });

  it('leaves out headers that curl sets or that the decoded body makes untrue', () => {
    const command = toCurl(withRequest({
      headers: [['Host', 'x'], ['Content-Length', '3'], ['Transfer-Encoding', 'chunked'], ['Content-Encoding', 'gzip'], ['Accept-Encoding', 'gzip']],
    }))!;
    expect(words(command)).toEqual(['--globoff', '--path-as-is', 'http://shop:8080/a', '--compressed']);
  });

  it('cannot be made to read a file by a body or header that begins with @', () => {
    const command = toCurl(withRequest({ method: 'POST', headers: [['@/etc/passwd', 'x']], body: '@/etc/passwd', bodyEncoding: 'utf8' }))!;
    expect(command).not.toContain('-H');
    expect(words(command).slice(-2)).toEqual(['--data-raw', '@/etc/passwd']);
  });

  it('sends binary bodies through a pipe', () => {
    const command = toCurl(withRequest({ method: 'PUT', body: 'AAH/', bodyEncoding: 'base64' }))!;
    expect(command.startsWith('printf %s AAH/ | base64 -d | curl ')).toBe(true);
    expect(command).toContain('--data-binary @-');
    const nul = toCurl(withRequest({ method: 'PUT', body: 'a\0b', bodyEncoding: 'utf8' }))!;
    expect(nul.startsWith('printf %s YQBi | base64 -d | ')).toBe(true);
  });

  it('uses the address when the host is unknown, with brackets for IPv6', () => {
    const call = { ...withRequest({ host: null }), server: { ip: 'fe80::1', port: 80 } };
    expect(toCurl(call)).toContain("'http://[fe80::1]:80/a'");
  });

  it('asks for HEAD the way that does not wait for a body', () => {
    expect(toCurl(withRequest({ method: 'HEAD' }))).toContain('--head');
  });

  it('has nothing to say of a call without a request', () => {
    expect(toCurl({ ...base, request: null })).toBeUndefined();
  });
});
