import { describe, expect, it } from 'vitest';
import { nodesOf, podsOf } from './pods';
import { subjectOf } from './Smells';
import type { ClusterInfo } from './types';

const pod = (name: string, status: string, node: string | null) => ({ name, status, node, ip: null, containers: ['main'] });
const cluster: ClusterInfo = {
  nodes: { total: 2, ready: 2 }, pods: { total: 3, running: 2, pending: 1 }, resources: { cpu: null, memory: null, storage: null }, deployments: 1, events: [],
  namespaces: [{ name: 'pay', pods: [pod('ledger', 'Running', 'b')] }, { name: 'shop', pods: [pod('web', 'Running', 'a'), pod('orders', 'Pending', null)] }],
};

describe('the cluster', () => {
  it('shows what does not run first, of all namespaces or of one', () => {
    expect(podsOf(cluster, '').map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(['shop/orders', 'pay/ledger', 'shop/web']);
    expect(podsOf(cluster, 'pay').map(({ name }) => name)).toEqual(['ledger']);
  });

  it('has the nodes that pods name', () => expect(nodesOf(cluster)).toEqual([{ name: 'a', pods: 1, running: 1 }, { name: 'b', pods: 1, running: 1 }]));

  it('names what smells as a person would', () => {
    expect(subjectOf({ kind: 'Deployment', namespace: 'shop', objectName: 'web', container: 'main' })).toBe('Deployment shop/web, container main:');
    expect(subjectOf({ kind: 'ClusterRole', objectName: 'all' })).toBe('ClusterRole all:');
    expect(subjectOf({})).toBe('The cluster:');
  });
});
