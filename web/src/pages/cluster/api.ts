import { askAt, get, send } from '../../api/client';
import type { ClusterInfo, CuratedPolicy, Policies, ProcessEvents, Scan, ScanReport, Scans, Smells } from './types';

const id = encodeURIComponent;

const query = (parameters: Record<string, string>) => {
  const text = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== '')).toString();
  return text === '' ? '' : `?${text}`;
};

/** On the path of an older dashboard, which its scripts still ask. */
export const getCluster = async (signal?: AbortSignal) => (await (await askAt('/cluster-info', { headers: { accept: 'application/json' } }, signal)).json()) as ClusterInfo;

export const getSmells = (namespace: string, severity: string, signal?: AbortSignal) => get<Smells>(`/smells${query({ namespace, severity })}`, signal);

export const listScans = (signal?: AbortSignal) => get<Scans>('/scans', signal);
export const getScan = (which: string, signal?: AbortSignal) => get<ScanReport>(`/scans/${id(which)}`, signal);
export const startScan = (image: string) => send<Scan>('POST', '/scans', { image });

export const listPolicies = (signal?: AbortSignal) => get<Policies>('/policies', signal);
export const listCurated = (signal?: AbortSignal) => get<CuratedPolicy[]>('/policies/curated', signal);
export const applyPolicy = (yaml: string, dryRun: boolean, enforce: boolean) => send<unknown>('POST', '/policies', { yaml, dryRun, enforce });
export const deletePolicy = (name: string, namespace: string) => send<void>('DELETE', `/policies/${id(name)}${query({ namespace })}`);

export interface EventQuery {
  namespace: string;
  pod: string;
  type: string;
}

export const listEvents = (asked: EventQuery, signal?: AbortSignal) => get<ProcessEvents>(`/process-events${query({ ...asked, limit: '200' })}`, signal);
