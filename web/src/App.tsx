import { usePage } from './components/use-page';
import { CallsPage } from './pages/calls/CallsPage';
import { EndpointsPage } from './pages/endpoints/EndpointsPage';
import { StatusPage } from './pages/status/StatusPage';

const pages = { calls: CallsPage, endpoints: EndpointsPage, status: StatusPage };

export function App() {
  const Page = pages[usePage()];
  return <Page />;
}
