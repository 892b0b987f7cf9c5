import { usePage } from './components/use-page';
import { CallsPage } from './pages/calls/CallsPage';
import { EndpointsPage } from './pages/endpoints/EndpointsPage';
import { LoginPage } from './pages/login/LoginPage';
import { StatusPage } from './pages/status/StatusPage';

const pages = { calls: CallsPage, endpoints: EndpointsPage, login: LoginPage, status: StatusPage };

export function App() {
  const Page = pages[usePage()];
  return <Page />;
}
