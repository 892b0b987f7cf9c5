import { searchOf, useAddress } from '../../components/use-address';

/** Where on the page a person is; the address restores it. */
export interface Place {
  service: string;
  words: string;
  id: string;
  all: boolean;
  /** What of a service is shown below the list. */
  view: 'list' | 'openapi' | 'drift';
}

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

export const writePlace = ({ service, words, view, id, all }: Place) => searchOf({
  service, q: words, view: view === 'list' ? '' : view, endpoint: id, all: all ? 'true' : '',
});

export const usePlace = () => useAddress('/endpoints', readPlace, writePlace);
