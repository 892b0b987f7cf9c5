import { type FormEvent, useEffect, useRef, useState } from 'react';
import { ApiError, beginSession } from '../../api/client';
import type { Session } from '../../api/types';
import { Brand } from '../../components/Brand';
import { ThemeToggle } from '../../components/ThemeToggle';
import { linkCode, nextPlace } from '../../lib/login';
import './login-page.css';

/** A code is good once: however often the page is drawn, it is shown to the center once. */
let exchange: Promise<Session> | undefined;

const enter = () => window.location.replace(nextPlace(window.location.search));

function troubleOf(error: unknown, byLink: boolean): string {
  if (!(error instanceof ApiError)) return 'The center does not answer. Is it running?';
  if (error.status === 401) return byLink ? 'This link was used already, or is over. Log in with name and password.' : 'Name or password is wrong.';
  if (error.status === 429) return 'Too many attempts failed. Wait some minutes, then try again.';
  return error.problem.detail ?? error.problem.title;
}

/** Name and password, or the code of a login link. Leads back to where the reader wanted to go. */
export function LoginPage() {
  const [code] = useState(() => linkCode(window.location.hash));
  const [busy, setBusy] = useState(code !== null);
  const [trouble, setTrouble] = useState<string>();
  const name = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);

  useEffect(() => {
    document.title = 'Log in · Weir';
    if (code === null) {
      name.current?.focus();
      // A link that is opened where the login stands already changes nothing but the hash.
      const again = () => window.location.reload();
      window.addEventListener('hashchange', again);
      return () => window.removeEventListener('hashchange', again);
    }
    // Out of the address and the history before anything else: what stands there is seen over shoulders.
    window.history.replaceState(null, '', window.location.pathname + window.location.search);
    exchange ??= beginSession({ code });
    exchange.then(enter, (error: unknown) => {
      setTrouble(troubleOf(error, true));
      setBusy(false);
    });
    return undefined;
  }, [code]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setTrouble(undefined);
    try {
      await beginSession({ username: name.current?.value ?? '', password: password.current?.value ?? '' });
      enter();
    } catch (error) {
      setTrouble(troubleOf(error, false));
      setBusy(false);
      if (password.current) {
        password.current.value = '';
        password.current.focus();
      }
    }
  };

  return (
    <div className="login-page">
      <header><ThemeToggle /></header>
      <main>
        <Brand size={28} />
        <form onSubmit={(event) => void submit(event)} data-testid="login" aria-label="Log in">
          <label htmlFor="username">Name</label>
          <input id="username" ref={name} name="username" autoComplete="username" autoCapitalize="none" spellCheck={false} required maxLength={64} data-testid="login-name" />
          <label htmlFor="password">Password</label>
          <input id="password" ref={password} name="password" type="password" autoComplete="current-password" required maxLength={256} data-testid="login-password" />
          <button type="submit" className="button primary" disabled={busy} data-testid="login-submit">{busy ? 'Logging in…' : 'Log in'}</button>
          <p className="trouble" role="alert" data-testid="login-trouble">{trouble}</p>
        </form>
        <p className="muted">
          The first start of Weir tells the password of <code>admin</code> on its console, once.
        </p>
      </main>
    </div>
  );
}
