import { useState } from 'react';
import { endSession } from '../api/client';
import { loginPath } from '../lib/login';
import { Icon } from './Icon';
import { useSession } from './session';

/** Logs out. Not there where nobody has to log in. */
export function SessionButton() {
  const session = useSession();
  const [failed, setFailed] = useState(false);

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
