import { get, send } from '../../api/client';
import type { Alerts, Auto, Change, Check, Delivery, Incident, IncidentList, Limit, LimitOrder, Preview, Silence, Target } from './types';

const id = encodeURIComponent;

export const listIncidents = (signal?: AbortSignal) => get<IncidentList>('/incidents?limit=500', signal);
export const getIncident = (which: string, signal?: AbortSignal) => get<Incident>(`/incidents/${id(which)}`, signal);
export const listDeliveries = (which: string, signal?: AbortSignal) => get<Delivery[]>(`/incidents/${id(which)}/deliveries`, signal);

export const getAlerts = (signal?: AbortSignal) => get<Alerts>('/alerts', signal);
export const addSilence = (silence: Partial<Pick<Silence, 'namespace' | 'service' | 'kind' | 'source' | 'comment'>> & { durationSeconds: number }) => send<Silence>('POST', '/alerts/silences', silence);
export const removeSilence = (which: string) => send<void>('DELETE', `/alerts/silences/${id(which)}`);

export const listLimits = (signal?: AbortSignal) => get<Limit[]>('/ratelimits', signal);
export const listChanges = (signal?: AbortSignal) => get<Change[]>('/ratelimits/changes', signal);
export const getAuto = (signal?: AbortSignal) => get<Auto>('/ratelimits/auto', signal);
export const listTargets = (namespace: string, service: string, signal?: AbortSignal) => get<Target[]>(`/ratelimits/targets?namespace=${id(namespace)}&service=${id(service)}`, signal);
export const previewLimit = (order: LimitOrder) => send<Preview>('POST', '/ratelimits/preview', order);
export const applyLimit = (order: LimitOrder) => send<Limit>('POST', '/ratelimits', order);
export const checkLimit = (which: string) => get<Check>(`/ratelimits/${id(which)}/check`);
export const revertLimit = (which: string) => send<Limit>('DELETE', `/ratelimits/${id(which)}`);
