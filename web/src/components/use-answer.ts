import { useCallback, useEffect, useState } from 'react';
import { ApiError } from '../api/client';
import type { Problem } from '../api/types';

export interface Answer<T> {
  value: T | undefined;
  error: string | undefined;
  /** What the center said is wrong with the question. */
  problem: Problem | undefined;
  again(): void;
}

interface State<T> extends Omit<Answer<T>, 'again'> {
  key: string;
}

/** Asks once for each key, and again on demand or every so often while the page is visible. The last answer stays until the next one comes. */
export function useAnswer<T>(key: string, ask: (signal: AbortSignal) => Promise<T>, everyMs = 0): Answer<T> {
  const [state, setState] = useState<State<T>>({ key, value: undefined, error: undefined, problem: undefined });
  const [round, setRound] = useState(0);

  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const run = async () => {
      if (!document.hidden) {
        try {
          const value = await ask(abort.signal);
          setState({ key, value, error: undefined, problem: undefined });
        } catch (failure) {
          if (abort.signal.aborted) return;
          setState((before) => ({ key, value: before.key === key ? before.value : undefined, error: failure instanceof Error ? failure.message : String(failure), problem: failure instanceof ApiError ? failure.problem : undefined }));
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
  return { value: current ? state.value : undefined, error: current ? state.error : undefined, problem: current ? state.problem : undefined, again };
}
