import { describe, expect, it } from 'vitest';
import { auditPath } from './api';
import { actionWords, outcomeWords } from './audit-words';
import { newPassword } from './passwords';

describe('a password that the page makes up', () => {
  it('is long, of plain letters and never the same', () => {
    const made = new Set(Array.from({ length: 200 }, () => newPassword()));
    expect(made.size).toBe(200);
    for (const one of made) expect(one).toMatch(/^[a-km-zA-HJ-NP-Z2-9]{20}$/);
  });

  it('takes no letter from bytes that would make it likelier', () => {
    let turn = 0;
    const bytes = (into: Uint8Array<ArrayBuffer>) => into.fill(turn++ === 0 ? 255 : 0);
    expect(newPassword(bytes)).toBe('a'.repeat(20));
  });
});

describe('the audit log', () => {
  it('is asked for what is chosen', () => {
    expect(auditPath({ kind: '', actor: '', before: '' })).toBe('/audit?limit=100');
    expect(auditPath({ kind: 'login', actor: 'a&b', before: '7' })).toBe('/audit?kind=login&actor=a%26b&before=7&limit=100');
  });

  it('says what was done and how it ended', () => {
    expect([actionWords('beginSession'), actionWords('somethingNewHere')]).toEqual(['logged in', 'something new here']);
    expect([204, 401, 403, 429, 409, 503].map(outcomeWords)).toEqual(['done', 'refused', 'not allowed', 'told to wait', 'not done', 'failed']);
  });
});
