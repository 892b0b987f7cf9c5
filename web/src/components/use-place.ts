import { searchOf } from './use-address';
import { useMemo, useSyncExternalStore } from 'react';

const subscribe = (listener: () => void) => {
  window.addEventListener('popstate', listener);
  return () => window.removeEventListener('popstate', listener);
};

const current = () => window.location.pathname + window.location.search;

export interface Place {
  /** Parts of the path: `/incidents/7` is `['incidents', '7']`. */
  path: readonly string[];
  query: URLSearchParams;
}

export function readPlace(address: string): Place {
  const [path = '', search = ''] = address.split('?', 2);
  return { path: path.split('/').filter((part) => part !== '').map(decode), query: new URLSearchParams(search) };
}

/** Where the address is; what goes on from there are links and `goTo`. */
export function usePlace(): Place {
  const address = useSyncExternalStore(subscribe, current);
  return useMemo(() => readPlace(address), [address]);
}

/** An address of a path and of what is not empty of a query. */
export const addressOf = (path: readonly string[], query: Record<string, string | undefined> = {}) => `/${path.map(encodeURIComponent).join('/')}${searchOf(query)}`;

/** The same place with another query: typing replaces the address, so that back does not go letter by letter. */
export function replaceAddress(address: string) {
  window.history.replaceState(null, '', address);
  window.dispatchEvent(new PopStateEvent('popstate'));
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A lone per cent sign: the address is as it is.
    return part;
  }
}
