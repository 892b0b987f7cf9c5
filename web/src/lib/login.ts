export const loginPath = '/login';

interface Place {
  pathname: string;
  search: string;
}

/** Address of the login that leads back to a place. */
export function loginAddress(from: Place): string {
  const place = from.pathname + from.search;
  return place === '/' ? loginPath : `${loginPath}?next=${encodeURIComponent(place)}`;
}

/** Where to go after a login: a place of this page and nothing else, whatever the address says. */
export function nextPlace(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? '/';
  // Browsers take a backslash for a slash and pass over tabs and line breaks, so that "/\\host" is another site.
  if (!/^\/(?!\/)[^\\\u0000-\u001f]*$/.test(next) || next.startsWith(loginPath)) return '/';
  return next;
}

/** The code of a login link, `#code=…`; null when there is none. */
export function linkCode(hash: string): string | null {
  const code = new URLSearchParams(hash.replace(/^#/, '')).get('code');
  return code && /^[A-Za-z0-9_-]{20,100}$/.test(code) ? code : null;
}

/** What a login by a provider failed with, `#trouble=…`; null when there is none. */
export function providerTrouble(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, '')).get('trouble')?.slice(0, 500) ?? null;
}
