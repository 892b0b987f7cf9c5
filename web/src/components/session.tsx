import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { getVisitor } from '../api/client';
import type { Session } from '../api/types';
import { loginAddress, loginPath } from '../lib/login';

const SessionContext = createContext<Session | undefined>(undefined);

/** Who is logged in; undefined where the center did not say. */
export const useSession = () => useContext(SessionContext);

/**
 * Asks who is logged in before any page asks for anything, so that a visitor without a session is led to the login by an
 * answer, not by refusals. A center that does not answer leaves the page to say so.
 */
export function SessionGate({ children }: { children: ReactNode }) {
  const [state, setState] = useState<{ asked: boolean; session?: Session }>({ asked: window.location.pathname === loginPath });

  useEffect(() => {
    if (state.asked) return;
    const abort = new AbortController();
    getVisitor(abort.signal).then(
      ({ user, role, expiresAt, authentication }) => {
        if (user && role) setState({ asked: true, session: { user, role, expiresAt: expiresAt ?? null, authentication } });
        else window.location.replace(loginAddress(window.location));
      },
      () => {
        if (!abort.signal.aborted) setState({ asked: true });
      },
    );
    return () => abort.abort();
  }, [state.asked]);

  return state.asked ? <SessionContext value={state.session}>{children}</SessionContext> : null;
}
