import { type MouseEvent, useSyncExternalStore } from 'react';
import { pages } from './pages';

export type Page = (typeof pages)[number]['name'] | 'login';

const named: readonly Page[] = [...pages.map(({ name }) => name), 'login'];

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

export const goTo = (page: Page) => goToAddress(pathOf(page));

/** Another place of this page, without loading it anew. */
export function goToAddress(address: string) {
  window.history.pushState(null, '', address);
  for (const listener of listeners) listener();
}

/** A click on a link that this page follows itself; a middle click or a modifier opens another tab. */
export function follow(event: MouseEvent, address: string) {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (address !== window.location.pathname + window.location.search) goToAddress(address);
}
