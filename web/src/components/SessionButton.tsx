import { useEffect, useState } from 'react';
import { endSession, getSession } from '../api/client';
import type { Session } from '../api/types';
import { loginPath } from '../lib/login';
import { Icon } from './Icon';

/** Logs out. Not there where nobody has to log in. */
export function SessionButton() {
  const [session, setSession] = useState<Session>();
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    const abort = new AbortController();
    getSession(abort.signal).then(setSession, () => {
      // Nobody is logged in, and the page goes to the login; or the center does not answer, which the page says elsewhere.
    });
    return () => abort.abort();
  }, []);

  if (!session?.authentication) return null;
  const leave = async () => {
    try {
      await endSession();
      window.location.assign(loginPath);
    } catch {
      setFailed(true);
    }
  };
  const label = failed ? 'Logging out failed: the center does not answer' : `Log out ${session.user} (${session.role})`;
  return (
    <button type="button" className="button quiet square" data-testid="log-out" data-result={failed ? 'failed' : undefined} aria-label={label} title={label} onClick={() => void leave()}>
      <Icon name="leave" />
    </button>
  );
}
