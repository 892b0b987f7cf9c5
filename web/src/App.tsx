import { type ComponentType, lazy, Suspense } from 'react';
import { SessionGate } from './components/session';
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
  incidents: lazy(async () => ({ default: (await import('./pages/incidents/IncidentsPage')).IncidentsPage })),
  cluster: lazy(async () => ({ default: (await import('./pages/cluster/ClusterPage')).ClusterPage })),
  settings: lazy(async () => ({ default: (await import('./pages/settings/SettingsPage')).SettingsPage })),
  login: LoginPage,
  map: lazy(async () => ({ default: (await import('./pages/map/MapPage')).MapPage })),
  status: StatusPage,
  traffic: lazy(async () => ({ default: (await import('./pages/traffic/TrafficPage')).TrafficPage })),
};

export function App() {
  const Page = pages[usePage()];
  usePageKeys();
  return (
    <SessionGate>
      <Suspense fallback={null}>
        <Page />
      </Suspense>
    </SessionGate>
  );
}
