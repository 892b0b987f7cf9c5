import { useCallback, useSyncExternalStore } from 'react';

const subscribe = (listener: () => void) => {
  window.addEventListener('popstate', listener);
  return () => window.removeEventListener('popstate', listener);
};

const search = () => window.location.search;

/**
 * What a page shows, kept in the address: links restore it and Back undoes it. What is typed replaces the address, so that
 * Back does not go letter by letter.
 * @param path Of the page.
 * @param read Of a search text; the same function every time.
 * @param write The search text, with its question mark, or "".
 */
export function useAddress<T extends object>(path: string, read: (search: string) => T, write: (place: T) => string): [T, (change: Partial<T>, how?: 'push' | 'replace') => void] {
  const text = useSyncExternalStore(subscribe, search);
  const go = useCallback((change: Partial<T>, how: 'push' | 'replace' = 'push') => {
    const address = path + write({ ...read(window.location.search), ...change });
    if (address === window.location.pathname + window.location.search) return;
    if (how === 'push') window.history.pushState(null, '', address);
    else window.history.replaceState(null, '', address);
    window.dispatchEvent(new PopStateEvent('popstate'));
  }, [path, read, write]);
  return [read(text), go];
}

/** The search text of what is not left out. */
export function searchOf(values: Record<string, string | undefined>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined && value !== '') parameters.set(name, value);
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
