import { type FormEvent, useState } from 'react';
import type { Session } from '../../api/types';
import { DataTable } from '../../components/DataTable';
import { Dialog } from '../../components/Dialog';
import { useAnswer } from '../../components/use-answer';
import { useNow } from '../../components/use-now';
import { formatDate, visibleLine } from '../../lib/format';
import { ago } from '../../lib/time';
import { createUser, listUsers, type User, type UserRole } from './api';
import { Once } from './Once';
import { userRoles } from './roles';
import { UserChanges } from './UserChanges';
import { useWork } from './use-work';

export function Users({ session }: { session: Session }) {
  const users = useAnswer('users', listUsers);
  const now = useNow(10_000);
  const [adding, setAdding] = useState(false);
  const [changing, setChanging] = useState('');
  const [made, setMade] = useState<{ name: string; password: string }>();
  const all = users.value?.items ?? [];
  const changed = all.find((one) => one.name === changing);
  return (
    <section aria-labelledby="users">
      <div className="section-bar">
        <h2 id="users">Who may log in</h2>
        <button type="button" className="button" data-testid="user-new" onClick={() => setAdding(true)}>Add a user…</button>
      </div>
      {users.error !== undefined && <p className="notice bad" role="alert">{users.error}</p>}
      {made && <Once what={`The password of ${made.name}.`} secret={made.password} testId="user-once" />}
      {all.length > 0 && (
        <DataTable<User>
          label="Users" testId="users" rows={all} keyOf={(one) => one.name}
          columns={[
            { name: 'Name', cell: (one) => <>{visibleLine(one.name)}{one.name === session.user && <span className="muted"> (you)</span>}</> },
            { name: 'Role', cell: (one) => one.role },
            { name: 'May log in', cell: (one) => (one.disabled ? <span className="bad">no, disabled</span> : 'yes') },
            { name: 'Added', cell: (one) => <span title={formatDate(one.createdAt)}>{ago(one.createdAt, now)}</span> },
            { name: 'Changed', cell: (one) => <span title={formatDate(one.changedAt)}>{ago(one.changedAt, now)}</span> },
            { name: '', cell: (one) => <button type="button" className="button" data-testid="user-change" aria-label={`Change ${one.name}`} onClick={() => setChanging(one.name)}>Change…</button> },
          ]}
        />
      )}
      <Dialog title="Another user" open={adding} testId="user-dialog" onClose={() => setAdding(false)}>
        <NewUser
          onDone={(name, password) => {
            setAdding(false);
            setMade(password === null ? undefined : { name, password });
            users.again();
          }}
        />
      </Dialog>
      <Dialog title={changed ? `User ${changed.name}` : 'User'} open={changed !== undefined} testId="user-change-dialog" onClose={() => setChanging('')}>
        {changed && (
          <UserChanges
            user={changed} isSelf={changed.name === session.user} onChanged={users.again} onGone={() => {
              setChanging('');
              users.again();
            }}
          />
        )}
      </Dialog>
    </section>
  );
}

function NewUser({ onDone }: { onDone(name: string, password: string | null): void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<UserRole>('viewer');
  const { busy, trouble, run } = useWork();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      const answer = await createUser({ name, role });
      onDone(answer.name, answer.password ?? null);
    });
  };
  return (
    <form className="fields" onSubmit={submit}>
      <label>Name<input type="text" name="name" required maxLength={64} autoComplete="off" autoCapitalize="none" spellCheck={false} value={name} onChange={(event) => setName(event.target.value)} /></label>
      <label>
        Role
        <select name="role" value={role} onChange={(event) => setRole(event.target.value as UserRole)}>
          {userRoles.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
        </select>
      </label>
      <p className="muted">A password is made up and shown once; whoever gets it can choose another under “You”.</p>
      <p className="trouble" role="alert">{trouble}</p>
      <div className="actions"><button type="submit" className="button primary" disabled={busy} data-testid="user-add">Add</button></div>
    </form>
  );
}
