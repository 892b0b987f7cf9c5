import { describe, expect, it } from 'vitest';
import { linkCode, loginAddress, nextPlace } from './login';

describe('the way to the login and back', () => {
  it('leads back to the place with its filter', () => {
    const address = loginAddress({ pathname: '/', search: '?where=status_code+%3E%3D+500&call=1' });
    expect(address.startsWith('/login?next=')).toBe(true);
    expect(nextPlace(address.slice('/login'.length))).toBe('/?where=status_code+%3E%3D+500&call=1');
  });

  it('keeps the address short where there is nothing to come back to', () => {
    expect(loginAddress({ pathname: '/', search: '' })).toBe('/login');
    expect(nextPlace('')).toBe('/');
  });

  it.each([
    'https://evil.example/', '//evil.example/', '/\\evil.example', '\\\\evil.example', 'javascript:alert(1)', '/\t/evil.example', '/\n/evil.example',
    'evil', '', '/login', '/login?next=/login',
  ])('never leaves the page or turns in a circle: %j', (next) => {
    expect(nextPlace(`?next=${encodeURIComponent(next)}`)).toBe('/');
  });

  it('takes a code that could be one', () => {
    expect(linkCode('#code=AbC-_0123456789012345678901234567890123456789')).toBe('AbC-_0123456789012345678901234567890123456789');
    expect(linkCode('')).toBeNull();
    expect(linkCode('#code=')).toBeNull();
    expect(linkCode('#code=<script>alert(1)</script>')).toBeNull();
  });
});
