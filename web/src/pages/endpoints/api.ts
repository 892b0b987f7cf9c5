import { ask, base, get } from '../../api/client';
import type { DriftReport, EndpointDetail, EndpointList } from './types';

export const listEndpoints = (all: boolean, signal?: AbortSignal) => get<EndpointList>(`/endpoints?all=${all}`, signal);

export const getEndpoint = (id: string, signal?: AbortSignal) => get<EndpointDetail>(`/endpoints/${encodeURIComponent(id)}`, signal);

const openApiPath = (service: string) => `/openapi?format=yaml&service=${encodeURIComponent(service)}`;

export const openApiAddress = (service: string) => base + openApiPath(service);

export const getOpenApi = async (service: string, signal?: AbortSignal) => (await ask(openApiPath(service), {}, signal)).text();

const post = async <T>(path: string, body: BodyInit, type: string) =>
  (await (await ask(path, { method: 'POST', body, headers: { 'content-type': type } })).json()) as T;

export const compare = (service: string, document: Blob) =>
  post<DriftReport>(`/drift?service=${encodeURIComponent(service)}`, document, 'application/openapi');

export const acceptTemplate = (id: string, template: string) =>
  post<{ accepted: string }>(`/endpoints/${encodeURIComponent(id)}/accept`, JSON.stringify({ template }), 'application/json');

export const undoParameter = (id: string, parameter: string) =>
  post<{ undone: string }>(`/endpoints/${encodeURIComponent(id)}/undo`, JSON.stringify({ parameter }), 'application/json');
