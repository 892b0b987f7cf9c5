import { useSyncExternalStore } from 'react';

export type Page = 'calls' | 'status' | 'login';

const listeners = new Set<() => void>();

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
};

const current = (): Page => {
  const name = window.location.pathname.slice(1);
  return name === 'status' || name === 'login' ? name : 'calls';
};

/** The page that the address names. */
export const usePage = () => useSyncExternalStore(subscribe, current);

export const pathOf = (page: Page) => (page === 'calls' ? '/' : `/${page}`);

export function goTo(page: Page) {
  window.history.pushState(null, '', pathOf(page));
  for (const listener of listeners) listener();
}
