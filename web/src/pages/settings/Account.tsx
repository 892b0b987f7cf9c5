import { type FormEvent, useRef, useState } from 'react';
import { endSession } from '../../api/client';
import type { Session } from '../../api/types';
import { useNow } from '../../components/use-now';
import { formatDate } from '../../lib/format';
import { loginPath } from '../../lib/login';
import { until } from '../../lib/time';
import { changePassword } from './api';
import { useWork } from './use-work';

const may: Record<Session['role'], string> = {
  viewer: 'read everything that was captured',
  operator: 'read everything, and decide about templates, alerts, limits and policies',
  admin: 'do everything, users and keys included',
};

export function Account({ session }: { session: Session }) {
  const now = useNow();
  const leaving = useWork();
  return (
    <>
      <section aria-labelledby="you">
        <h2 id="you">You</h2>
        <dl className="lines" data-testid="account">
          <div><dt>Name</dt><dd>{session.user}</dd></div>
          <div><dt>Role</dt><dd>{`${session.role}: may ${may[session.role]}`}</dd></div>
          <div><dt>This session ends</dt><dd title={session.expiresAt ? formatDate(session.expiresAt) : undefined}>{session.expiresAt ? until(session.expiresAt, now) : 'with Weir'}</dd></div>
        </dl>
        {session.authentication ? (
          <div className="actions-bar">
            <button
              type="button" className="button" data-testid="leave" disabled={leaving.busy}
              onClick={() => void leaving.run(async () => {
                await endSession();
                window.location.assign(loginPath);
              })}
            >
              Log out
            </button>
            <span className="trouble" role="alert">{leaving.trouble}</span>
          </div>
        ) : <p className="notice bad">Nobody has to log in here (--no-auth): every program and user of this machine may do everything.</p>}
      </section>
      {session.authentication && <Password />}
    </>
  );
}

function Password() {
  const form = useRef<HTMLFormElement>(null);
  const { busy, trouble, run } = useWork();
  const [said, setSaid] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setSaid('');
    const data = new FormData(form.current!);
    const [current, password, again] = ['current', 'password', 'again'].map((name) => String(data.get(name)));
    void run(async () => {
      if (password !== again) throw new Error('The new password was not typed twice alike.');
      await changePassword(current!, password!);
      form.current?.reset();
      setSaid('It is changed. Your other sessions and access tokens are over; API tokens stay.');
    });
  };
  return (
    <section aria-labelledby="password">
      <h2 id="password">Another password</h2>
      <form className="fields narrow" ref={form} onSubmit={submit} data-testid="password-form">
        <label>The one of now<input type="password" name="current" required autoComplete="current-password" maxLength={256} /></label>
        <label>A new one, twelve characters at least<input type="password" name="password" required minLength={12} maxLength={256} autoComplete="new-password" /></label>
        <label>The new one again<input type="password" name="again" required maxLength={256} autoComplete="new-password" /></label>
        <p className="trouble" role="alert" data-testid="password-trouble">{trouble}</p>
        <p className="muted" role="status" data-testid="password-said">{said}</p>
        <div><button type="submit" className="button primary" disabled={busy}>Change the password</button></div>
      </form>
    </section>
  );
}
