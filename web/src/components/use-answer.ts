import { useCallback, useEffect, useState } from 'react';

export interface Answer<T> {
  value: T | undefined;
  error: string | undefined;
  again(): void;
}

/** Asks once for each key, and again on demand or every so often while the page is visible. The last answer stays until the next one comes. */
export function useAnswer<T>(key: string, ask: (signal: AbortSignal) => Promise<T>, everyMs = 0): Answer<T> {
  const [state, setState] = useState<{ key: string; value: T | undefined; error: string | undefined }>({ key, value: undefined, error: undefined });
  const [round, setRound] = useState(0);

  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const run = async () => {
      if (!document.hidden) {
        try {
          const value = await ask(abort.signal);
          setState({ key, value, error: undefined });
        } catch (failure) {
          if (abort.signal.aborted) return;
          setState((before) => ({ key, value: before.key === key ? before.value : undefined, error: failure instanceof Error ? failure.message : String(failure) }));
        }
      }
      if (everyMs > 0 && !abort.signal.aborted) timer = setTimeout(() => void run(), everyMs);
    };
    void run();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
    // The key names all that the question depends on.
  }, [key, round, everyMs]);

  const again = useCallback(() => setRound((count) => count + 1), []);
  const current = state.key === key;
  return { value: current ? state.value : undefined, error: current ? state.error : undefined, again };
}
