import { useSyncExternalStore } from 'react';

const named = ['endpoints', 'login', 'status'] as const;

export type Page = 'calls' | (typeof named)[number];

const listeners = new Set<() => void>();

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
};

const current = (): Page => named.find((page) => window.location.pathname === `/${page}`) ?? 'calls';

/** The page that the address names. */
export const usePage = () => useSyncExternalStore(subscribe, current);

export const pathOf = (page: Page) => (page === 'calls' ? '/' : `/${page}`);

export function goTo(page: Page) {
  window.history.pushState(null, '', pathOf(page));
  for (const listener of listeners) listener();
}
