import { useState } from 'react';
import { ConfirmButton } from '../../components/ConfirmButton';
import { changeUser, deleteUser, type User, type UserRole } from './api';
import { Once } from './Once';
import { newPassword } from './passwords';
import { userRoles } from './roles';
import { useWork } from './use-work';

interface Props {
  user: User;
  isSelf: boolean;
  onChanged(): void;
  onGone(): void;
}

/** Each change ends the sessions of the user; the center keeps its last administrator whatever is asked. */
export function UserChanges({ user, isSelf, onChanged, onGone }: Props) {
  const [role, setRole] = useState<UserRole>(user.role);
  const [password, setPassword] = useState('');
  const { busy, trouble, run } = useWork();
  const change = (what: Parameters<typeof changeUser>[1]) => async () => {
    await changeUser(user.name, what);
    onChanged();
  };
  return (
    <div className="fields">
      <form
        className="role-form"
        onSubmit={(event) => {
          event.preventDefault();
          void run(change({ role }));
        }}
      >
        <label>
          Role
          <select name="role" value={role} onChange={(event) => setRole(event.target.value as UserRole)}>
            {userRoles.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
          </select>
        </label>
        <button type="submit" className="button" disabled={busy || role === user.role} data-testid="user-role">Give this role</button>
      </form>
      <p className="trouble" role="alert" data-testid="user-trouble">{trouble}</p>
      {password !== '' && <Once what={`The new password of ${user.name}.`} secret={password} testId="user-password" />}
      {isSelf && <p className="muted">This is you: a change here ends this session, too.</p>}
      <div className="actions">
        <ConfirmButton
          label="Reset the password…" title={`Another password for ${user.name}?`} yes="Make one up" testId="user-reset"
          onYes={async () => {
            const made = newPassword();
            await changeUser(user.name, { password: made });
            setPassword(made);
            onChanged();
          }}
        >
          <p>One is made up and shown once. The old one and all sessions are over.</p>
        </ConfirmButton>
        <ConfirmButton
          label={user.disabled ? 'Enable…' : 'Disable…'} title={user.disabled ? `Let ${user.name} in again?` : `Shut ${user.name} out?`} yes={user.disabled ? 'Enable' : 'Disable'} testId="user-disable"
          danger={!user.disabled} onYes={change({ disabled: !user.disabled })}
        >
          <p>{user.disabled ? 'Password and tokens are good again.' : 'Sessions are over, and neither password nor tokens are good until you let them.'}</p>
        </ConfirmButton>
        <ConfirmButton
          label="Remove…" title={`Remove ${user.name} for good?`} yes="Remove" testId="user-remove" danger
          onYes={async () => {
            await deleteUser(user.name);
            onGone();
          }}
        >
          <p>With all tokens. What was done stays in the audit log. This cannot be undone.</p>
        </ConfirmButton>
      </div>
    </div>
  );
}
