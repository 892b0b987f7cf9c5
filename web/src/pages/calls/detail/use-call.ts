import { useEffect, useState } from 'react';
import { ApiError, getCall } from '../../../api/client';
import type { Call } from '../../../api/types';

/** Long enough that holding an arrow key does not ask for every call on the way. */
const settleMs = 60;

export interface CallState {
  call: Call | undefined;
  error: string | undefined;
}

/** @param version Changes when the call has news, as while it runs: then it is read again. */
export function useCall(id: string, version: unknown): CallState {
  const [state, setState] = useState<CallState & { id: string }>({ id, call: undefined, error: undefined });

  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      getCall(id, abort.signal).then(
        (call) => setState({ id, call, error: undefined }),
        (error: unknown) => {
          if (!abort.signal.aborted) setState({ id, call: undefined, error: describe(error) });
        },
      );
    }, settleMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [id, version]);

  return state.id === id ? state : { call: undefined, error: undefined };
}

function describe(error: unknown): string {
  if (error instanceof ApiError) {
    return error.status === 404 ? 'This call is no longer in the store.' : error.message;
  }
  return 'The center cannot be reached.';
}
