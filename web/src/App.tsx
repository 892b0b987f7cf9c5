import { type ComponentType, lazy, Suspense } from 'react';
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
  incidents: lazy(() => import('./pages/incidents/IncidentsPage').then((module) => ({ default: module.IncidentsPage }))),
  cluster: lazy(() => import('./pages/cluster/ClusterPage').then((module) => ({ default: module.ClusterPage }))),
  settings: lazy(() => import('./pages/settings/SettingsPage').then((module) => ({ default: module.SettingsPage }))),
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
