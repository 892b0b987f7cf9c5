import type { ClusterInfo, Pod } from './types';

/** Pods with their namespace, those that do not run first. */
export function podsOf(cluster: ClusterInfo, namespace: string): (Pod & { namespace: string })[] {
  const pods = cluster.namespaces.filter(({ name }) => namespace === '' || name === namespace).flatMap(({ name, pods }) => pods.map((pod) => ({ ...pod, namespace: name })));
  const works = (pod: Pod) => (pod.status === 'Running' || pod.status === 'Succeeded' ? 1 : 0);
  return pods.sort((one, other) => works(one) - works(other));
}

/** Nodes as the pods name them; one that has none is not known by name. */
export function nodesOf(cluster: ClusterInfo): { name: string; pods: number; running: number }[] {
  const nodes = new Map<string, { name: string; pods: number; running: number }>();
  for (const pod of podsOf(cluster, '')) {
    if (!pod.node) continue;
    const node = nodes.get(pod.node) ?? { name: pod.node, pods: 0, running: 0 };
    node.pods++;
    if (pod.status === 'Running') node.running++;
    nodes.set(pod.node, node);
  }
  return [...nodes.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}
