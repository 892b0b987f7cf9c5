import { useCallback, useSyncExternalStore } from 'react';

/** Where on the page a person is; the address restores it. */
export interface Place {
  service: string;
  words: string;
  id: string;
  all: boolean;
  /** What of a service is shown below the list. */
  view: 'list' | 'openapi' | 'drift';
}

const changed = 'weir-endpoints-place';

const subscribe = (listener: () => void) => {
  window.addEventListener('popstate', listener);
  window.addEventListener(changed, listener);
  return () => {
    window.removeEventListener('popstate', listener);
    window.removeEventListener(changed, listener);
  };
};

export function readPlace(search: string): Place {
  const parameters = new URLSearchParams(search);
  const view = parameters.get('view');
  return {
    service: parameters.get('service') ?? '',
    words: parameters.get('q') ?? '',
    id: parameters.get('endpoint') ?? '',
    all: parameters.get('all') === 'true',
    view: view === 'openapi' || view === 'drift' ? view : 'list',
  };
}

export function writePlace(place: Place): string {
  const parameters = new URLSearchParams();
  if (place.service !== '') parameters.set('service', place.service);
  if (place.words !== '') parameters.set('q', place.words);
  if (place.view !== 'list') parameters.set('view', place.view);
  if (place.id !== '') parameters.set('endpoint', place.id);
  if (place.all) parameters.set('all', 'true');
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

/** The place, and a way to go on from it. Typing replaces the address, so that back does not go letter by letter. */
export function usePlace(): [Place, (change: Partial<Place>, replace?: boolean) => void] {
  const search = useSyncExternalStore(subscribe, () => window.location.search);
  const go = useCallback((change: Partial<Place>, replace = false) => {
    const next = `/endpoints${writePlace({ ...readPlace(window.location.search), ...change })}`;
    if (replace) window.history.replaceState(null, '', next);
    else window.history.pushState(null, '', next);
    window.dispatchEvent(new Event(changed));
  }, []);
  return [readPlace(search), go];
}
