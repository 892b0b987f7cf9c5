import { usePage } from './components/use-page';
import { CallsPage } from './pages/calls/CallsPage';
import { StatusPage } from './pages/status/StatusPage';

export function App() {
  return usePage() === 'status' ? <StatusPage /> : <CallsPage />;
}
