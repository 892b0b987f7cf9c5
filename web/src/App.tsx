import { type ComponentType, Suspense } from 'react';
import { type Page, usePage } from './components/use-page';
import { usePageKeys } from './components/use-page-keys';
import { CallsPage } from './pages/calls/CallsPage';
import { EndpointsPage } from './pages/endpoints/EndpointsPage';
import { LoginPage } from './pages/login/LoginPage';
import { StatusPage } from './pages/status/StatusPage';

/** Those that most visits do not need are loaded when they are gone to: `lazy(() => import(…))`. */
const pages: Record<Page, ComponentType> = {
  calls: CallsPage,
  endpoints: EndpointsPage,
  login: LoginPage,
  status: StatusPage,
};

export function App() {
  const Page = pages[usePage()];
  usePageKeys();
  return (
    <Suspense fallback={null}>
      <Page />
    </Suspense>
  );
}
