import { usePage } from './components/use-page';
import { CallsPage } from './pages/calls/CallsPage';
import { LoginPage } from './pages/login/LoginPage';
import { StatusPage } from './pages/status/StatusPage';

export function App() {
  switch (usePage()) {
    case 'login': return <LoginPage />;
    case 'status': return <StatusPage />;
    default: return <CallsPage />;
  }
}
