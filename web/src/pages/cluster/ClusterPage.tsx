import { type ReactNode, useEffect } from 'react';
import { PageHead } from '../../components/PageHead';
import { Segments } from '../../components/Segments';
import { goTo } from '../../components/use-page';
import { addressOf, usePlace } from '../../components/use-place';
import { useRights } from '../../components/use-rights';
import { Events } from './Events';
import { Images } from './Images';
import { Policies } from './Policies';
import { Smells } from './Smells';
import { Workloads } from './Workloads';
import '../status/status-page.css';
import '../endpoints/endpoints.css';
import '../incidents/incidents.css';
import './cluster.css';

const views = [['workloads', 'Workloads'], ['smells', 'Smells'], ['images', 'Images'], ['policies', 'Policies'], ['events', 'Processes']] as const;
type View = (typeof views)[number][0];

/** What runs in the cluster, what is wrong with it, and what its processes do. */
export function ClusterPage() {
  const { query } = usePlace();
  const { operates } = useRights();
  const view: View = views.find(([known]) => known === query.get('view'))?.[0] ?? 'workloads';
  const label = views.find(([known]) => known === view)?.[1] ?? '';
  useEffect(() => {
    document.title = `${label} · Cluster · Weir`;
  }, [label]);
  const shown: Record<View, () => ReactNode> = {
    workloads: () => <Workloads />, smells: () => <Smells />, images: () => <Images operates={operates} />, policies: () => <Policies operates={operates} />, events: () => <Events />,
  };
  return (
    <div className="status-page">
      <PageHead />
      <main className="status-main cluster-main" tabIndex={0} aria-label="Cluster">
        <div className="endpoints-bar scrolls">
          <Segments
            label="View" name="view" choices={views} value={view}
            onChange={(next) => goTo(addressOf(['cluster'], { view: next === 'workloads' ? '' : next, namespace: query.get('namespace') ?? '' }))}
          />
        </div>
        {shown[view]()}
      </main>
    </div>
  );
}
