import { type ReactNode, useEffect } from 'react';
import { PageHead } from '../../components/PageHead';
import { follow } from '../../components/use-page';
import { addressOf, usePlace } from '../../components/use-place';
import { includes, useRights } from '../../components/use-rights';
import type { Session } from '../../api/types';
import { Account } from './Account';
import { Audit } from './Audit';
import { Keys } from './Keys';
import { Receivers } from './Receivers';
import { StorageFacts } from './StorageFacts';
import { Tokens } from './Tokens';
import { Users } from './Users';
import '../status/status-page.css';
import '../endpoints/endpoints.css';
import '../incidents/incidents.css';
import './settings.css';

interface View {
  name: string;
  label: string;
  role: Session['role'];
  show(session: Session): ReactNode;
}

const views: readonly View[] = [
  { name: 'account', label: 'You', role: 'viewer', show: (session) => <Account session={session} /> },
  { name: 'tokens', label: 'Tokens', role: 'viewer', show: (session) => <Tokens session={session} /> },
  { name: 'alerts', label: 'Alerts', role: 'viewer', show: (session) => <Receivers operates={includes(session, 'operator')} /> },
  { name: 'storage', label: 'Storage', role: 'viewer', show: () => <StorageFacts /> },
  { name: 'users', label: 'Users', role: 'admin', show: (session) => <Users session={session} /> },
  { name: 'audit', label: 'Audit log', role: 'admin', show: () => <Audit /> },
  { name: 'keys', label: 'Signing keys', role: 'admin', show: () => <Keys /> },
];

/** Who may do what, who did what, who is told, what is kept. */
export function SettingsPage() {
  const { query } = usePlace();
  const { session } = useRights();
  const view = views.find(({ name }) => name === query.get('view')) ?? views[0]!;
  useEffect(() => {
    document.title = `${view.label} · Settings · Weir`;
  }, [view]);
  return (
    <div className="status-page">
      <PageHead />
      <main className="status-main settings-main" tabIndex={0} aria-label="Settings">
        <div className="settings-body">
          <nav className="settings-nav" aria-label="Settings">
            {views.filter(({ role }) => includes(session, role)).map(({ name, label }) => {
              const address = addressOf(['settings'], { view: name === 'account' ? '' : name });
              return <a key={name} href={address} aria-current={name === view.name ? 'page' : undefined} data-testid={`settings-${name}`} onClick={(event) => follow(event, address)}>{label}</a>;
            })}
          </nav>
          <div className="settings-view" data-testid="settings-view" data-view={view.name}>
            {session === undefined ? <p className="muted">Asking the center…</p>
              : includes(session, view.role) ? view.show(session)
              : <p className="notice" data-testid="not-for-you">{`“${view.label}” is for administrators; ${session.user} is ${session.role}.`}</p>}
          </div>
        </div>
      </main>
    </div>
  );
}
