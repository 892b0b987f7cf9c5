import { type FormEvent, useState } from 'react';
import type { Session } from '../../api/types';
import { ConfirmButton } from '../../components/ConfirmButton';
import { DataTable } from '../../components/DataTable';
import { useAnswer } from '../../components/use-answer';
import { useNow } from '../../components/use-now';
import { includes } from '../../components/use-rights';
import { formatDate } from '../../lib/format';
import { ago, until } from '../../lib/time';
import { createToken, deleteToken, listTokens, type Token, type TokenRole } from './api';
import { Once } from './Once';
import { useWork } from './use-work';

const roleWords: Record<TokenRole, string> = { logger: 'logger: sends calls, reads nothing', viewer: 'viewer: reads', operator: 'operator: acts', admin: 'admin: everything' };
const ends = [[30, '30 days'], [90, '90 days'], [365, 'a year'], [0, 'never']] as const;

export function Tokens({ session }: { session: Session }) {
  const tokens = useAnswer('tokens', listTokens);
  const now = useNow(10_000);
  const [name, setName] = useState('');
  const [role, setRole] = useState<TokenRole>('viewer');
  const [days, setDays] = useState(90);
  const [made, setMade] = useState<{ name: string; token: string }>();
  const { busy, trouble, run } = useWork();
  const all = tokens.value?.items ?? [];
  const everybodys = includes(session, 'admin');
  const roles = (['viewer', 'operator', 'admin'] as const).filter((one) => includes(session, one));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      const answer = await createToken({ name, role, days });
      setMade({ name, token: answer.token });
      setName('');
      tokens.again();
    });
  };
  return (
    <>
      <section aria-labelledby="token-new">
        <h2 id="token-new">A token for a program</h2>
        <form className="fields two wide-fields" onSubmit={submit} data-testid="token-form">
          <label>What it is for<input type="text" name="name" required maxLength={100} value={name} autoComplete="off" onChange={(event) => setName(event.target.value)} /></label>
          <label>
            Role
            <select name="role" value={role} onChange={(event) => setRole(event.target.value as TokenRole)}>
              {(includes(session, 'operator') ? ['logger' as const, ...roles] : roles).map((one) => <option key={one} value={one}>{roleWords[one]}</option>)}
            </select>
          </label>
          <label>
            Ends after
            <select name="days" value={days} onChange={(event) => setDays(Number(event.target.value))}>
              {ends.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
            </select>
          </label>
          <div><button type="submit" className="button primary" disabled={busy} data-testid="token-add">Make a token</button></div>
        </form>
        <p className="trouble" role="alert" data-testid="token-trouble">{trouble}</p>
        {made && <Once what={`The token “${made.name}”.`} secret={made.token} testId="token-once" />}
      </section>
      <section aria-labelledby="tokens">
        <h2 id="tokens">{everybodys ? 'Tokens of all users' : 'Your tokens'}</h2>
        {tokens.error !== undefined && <p className="notice bad" role="alert">{tokens.error}</p>}
        {tokens.value && all.length === 0 && <p className="muted" data-testid="no-tokens">None yet. Programs log in with one: <code>Authorization: Bearer weir_…</code></p>}
        {all.length > 0 && (
          <DataTable<Token>
            label="Tokens" testId="tokens" rows={all} keyOf={(one) => one.id}
            columns={[
              { name: 'For', cell: (one) => one.name },
              ...(everybodys ? [{ name: 'Owner', cell: (one: Token) => one.owner }] : []),
              { name: 'Role', cell: (one) => one.role },
              { name: 'Made', cell: (one) => <span title={formatDate(one.createdAt)}>{ago(one.createdAt, now)}</span> },
              { name: 'Last used', cell: (one) => <span title={one.usedAt ? formatDate(one.usedAt) : undefined}>{one.usedAt ? ago(one.usedAt, now) : 'never'}</span> },
              { name: 'Ends', cell: (one) => <span title={one.expiresAt ? formatDate(one.expiresAt) : undefined}>{one.expiresAt ? until(one.expiresAt, now) : 'never'}</span> },
              {
                name: '',
                cell: (one) => (
                  <ConfirmButton
                    label="Take back" name={`Take back ${one.name}`} title={`Take “${one.name}” back?`} yes="Take it back" testId="token-remove" danger
                    onYes={async () => {
                      await deleteToken(one.id);
                      if (made?.name === one.name) setMade(undefined);
                      tokens.again();
                    }}
                  >
                    <p>What uses it is refused from now on. This cannot be undone.</p>
                  </ConfirmButton>
                ),
              },
            ]}
          />
        )}
      </section>
    </>
  );
}
