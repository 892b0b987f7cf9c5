import { useEffect, useState } from 'react';
import { getStatus } from '../api/client';
import type { Status } from '../api/types';

const intervalMs = 2000;

/** The center's counters, asked again two seconds after each answer while the page is visible. */
export function useStatus(): { status: Status | undefined; failed: boolean } {
  const [state, setState] = useState<{ status: Status | undefined; failed: boolean }>({ status: undefined, failed: false });

  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const ask = async () => {
      if (!document.hidden) {
        try {
          const status = await getStatus(abort.signal);
          setState({ status, failed: false });
        } catch {
          if (abort.signal.aborted) return;
          // The last numbers stay visible, marked as old.
          setState((previous) => ({ ...previous, failed: true }));
        }
      }
      if (!abort.signal.aborted) timer = setTimeout(() => void ask(), intervalMs);
    };
    void ask();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, []);

  return state;
}
