import { useCallback, useEffect, useState } from 'react';
import { type PageState, readPageState, writePageState } from './url-state';

/** The page's state in the address bar: links restore it and the back button undoes it. */
export function usePageState(): [PageState, (change: Partial<PageState>, how?: 'push' | 'replace') => void] {
  const [state, setState] = useState(() => readPageState(location.search));

  useEffect(() => {
    const restore = () => setState(readPageState(location.search));
    addEventListener('popstate', restore);
    return () => removeEventListener('popstate', restore);
  }, []);

  const update = useCallback((change: Partial<PageState>, how: 'push' | 'replace' = 'push') => {
    const next = { ...readPageState(location.search), ...change };
    const address = location.pathname + writePageState(next);
    if (address === location.pathname + location.search) return;
    if (how === 'push') history.pushState(null, '', address);
    else history.replaceState(null, '', address);
    setState(next);
  }, []);

  return [state, update];
}
