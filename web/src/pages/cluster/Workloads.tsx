import { DataTable } from '../../components/DataTable';
import { offered } from '../../components/offered';
import { useAnswer } from '../../components/use-answer';
import { follow, goTo } from '../../components/use-page';
import { addressOf, usePlace } from '../../components/use-place';
import { useNow } from '../../components/use-now';
import { formatCount, formatDate, visibleLine } from '../../lib/format';
import { ago } from '../../lib/time';
import { celString } from '../calls/filter-text';
import { getCluster } from './api';
import { NamespaceChoice } from './NamespaceChoice';
import { nodesOf, podsOf } from './pods';
import type { ClusterInfo } from './types';
import { HowToConnect, Unavailable } from './Unavailable';

const refreshMs = 15_000;

export function Workloads() {
  const { query } = usePlace();
  const now = useNow(10_000);
  const namespace = query.get('namespace') ?? '';
  const answer = useAnswer('cluster', (signal) => offered(getCluster(signal)), refreshMs);
  if (answer.error !== undefined && answer.value === undefined) return <p className="notice bad" role="alert">{answer.error}</p>;
  if (answer.value === undefined) return <p className="muted">Asking the cluster…</p>;
  if (answer.value.value === undefined) return <Unavailable why={answer.value.why}><HowToConnect /></Unavailable>;
  const cluster = answer.value.value;
  const pods = podsOf(cluster, namespace);
  return (
    <>
      <Totals cluster={cluster} />
      <section aria-labelledby="nodes">
        <h2 id="nodes">Nodes with pods</h2>
        <DataTable
          label="Nodes" testId="nodes" rows={nodesOf(cluster)} keyOf={(one) => one.name}
          columns={[{ name: 'Node', cell: (one) => one.name }, { name: 'Pods', number: true, cell: (one) => formatCount(one.pods) }, { name: 'Running', number: true, cell: (one) => <span className={one.running < one.pods ? 'bad' : undefined}>{formatCount(one.running)}</span> }]}
        />
      </section>
      <section aria-labelledby="pods">
        <div className="section-bar">
          <h2 id="pods">{`Pods${namespace === '' ? '' : ` in ${namespace}`}`}</h2>
          <div className="endpoints-bar flat"><NamespaceChoice names={cluster.namespaces.map(({ name }) => name)} value={namespace} onChange={(name) => goTo(addressOf(['cluster'], { namespace: name }))} /></div>
        </div>
        {pods.length === 0 ? <p className="muted">No pod is here.</p> : (
          <DataTable
            label="Pods" testId="pods" rows={pods} keyOf={(one) => `${one.namespace}/${one.name}`}
            columns={[
              { name: 'Pod', cell: (one) => <>{visibleLine(one.name)}<code>{visibleLine(one.namespace)}</code></> },
              { name: 'State', cell: (one) => <span className={one.status === 'Running' || one.status === 'Succeeded' ? undefined : 'bad'}>{visibleLine(one.status ?? 'not known')}</span> },
              { name: 'Node', cell: (one) => one.node ?? 'none yet' },
              { name: 'Address', cell: (one) => one.ip ?? '–' },
              { name: 'Containers', cell: (one) => one.containers.join(', ') },
              {
                name: '',
                cell: (one) => {
                  const address = addressOf([], { where: `src.pod.name == ${celString(one.name)} || dst.pod.name == ${celString(one.name)}`, range: '1h' });
                  return <a className="link" href={address} aria-label={`Calls of ${one.name}`} onClick={(event) => follow(event, address)}>Calls</a>;
                },
              },
            ]}
          />
        )}
      </section>
      {cluster.events.length > 0 && (
        <section aria-labelledby="cluster-events">
          <h2 id="cluster-events">Latest events</h2>
          <DataTable
            label="Latest events" testId="cluster-events" rows={cluster.events} keyOf={(one) => `${one.time} ${one.resource} ${one.message}`}
            columns={[
              { name: 'When', cell: (one) => <span title={formatDate(one.time ?? '')}>{one.time ? ago(one.time, now) : '–'}</span> },
              { name: 'Of', cell: (one) => one.resource },
              { name: 'What', cell: (one) => <span className={one.type === 'Warning' ? 'bad' : undefined}>{visibleLine(one.message ?? '')}</span> },
            ]}
          />
        </section>
      )}
    </>
  );
}

function Totals({ cluster }: { cluster: ClusterInfo }) {
  const share = (value: number | null | undefined) => (value == null ? 'not measured' : `${value} %`);
  const totals: [string, string][] = [
    ['Nodes ready', `${formatCount(cluster.nodes.ready)} of ${formatCount(cluster.nodes.total)}`],
    ['Pods running', `${formatCount(cluster.pods.running)} of ${formatCount(cluster.pods.total)}`],
    ['Deployments', formatCount(cluster.deployments)],
    ['CPU in use', share(cluster.resources.cpu)],
    ['Memory in use', share(cluster.resources.memory)],
  ];
  return <dl className="totals" data-testid="cluster-totals">{totals.map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}</dl>;
}
