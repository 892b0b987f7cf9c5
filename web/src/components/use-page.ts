import { type MouseEvent, useSyncExternalStore } from 'react';
import { pages } from './pages';

export type Page = (typeof pages)[number]['name'] | 'login';

const named: readonly Page[] = [...pages.map(({ name }) => name), 'login'];

const subscribe = (listener: () => void) => {
  window.addEventListener('popstate', listener);
  return () => window.removeEventListener('popstate', listener);
};

const current = (): Page => named.find((page) => window.location.pathname === `/${page}` || window.location.pathname.startsWith(`/${page}/`)) ?? 'calls';

/** The page that the address names. */
export const usePage = () => useSyncExternalStore(subscribe, current);

export const pathOf = (page: Page) => (page === 'calls' ? '/' : `/${page}`);

/** Another place, without loading anything anew: whoever reads the address hears of it as of a step back. */
export function goTo(address: string) {
  window.history.pushState(null, '', address);
  window.dispatchEvent(new PopStateEvent('popstate'));
}

/** A click on a link that goes to a place of Weir; a middle click or a modifier opens another tab. */
export function follow(event: MouseEvent, address: string) {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (address !== window.location.pathname + window.location.search) goTo(address);
}
