import { loginAddress, loginPath } from '../lib/login';
import type { Call, CallPage, FilterField, Overview, Problem, Session, Status, Visitor } from './types';

export const base = '/api/v1';

/** An answer other than 2xx; `problem` is what the center said about it. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.detail ?? problem.title);
  }
}

/** Any answer 2xx. What changes something says that this page sends it, by a header that another site's page may not set. */
export async function askAt(address: string, init: RequestInit & { headers?: Record<string, string> }, signal?: AbortSignal): Promise<Response> {
  const changes = init.method !== undefined && init.method !== 'GET';
  const response = await fetch(address, {
    ...init,
    headers: { ...init.headers, ...(changes ? { 'x-weir-request': '1' } : {}) },
    ...(signal ? { signal } : {}),
  });
  if (response.ok) return response;
  const text = await response.text();
  // The session is over, or there was none: to the login, and back to where the reader was.
  if (response.status === 401 && window.location.pathname !== loginPath) window.location.replace(loginAddress(window.location));
  throw new ApiError(response.status, parseProblem(text, response.status));
}

/** The same below the API's own path. */
export const ask = (path: string, init: Parameters<typeof askAt>[1], signal?: AbortSignal) => askAt(base + path, init, signal);

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await (await ask(path, { headers: { accept: 'application/json' } }, signal)).json()) as T;
}

export async function send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const response = await ask(path, {
    method,
    headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** A proxy in between may answer with HTML, so anything that is not a problem document becomes one. */
export function parseProblem(text: string, status: number): Problem {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'title' in value) return value as Problem;
  } catch {
    // Not JSON: the status says all there is to say.
  }
  return { title: status === 404 ? 'Not found' : `The center answered ${status}`, status };
}

export interface CallQuery {
  where?: string;
  from?: string;
  to?: string;
  limit?: number;
  cursor?: string;
}

export function callQueryString(query: CallQuery): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  }
  parameters.set('detail', 'summary');
  return parameters.toString();
}

export const listCalls = (query: CallQuery, signal?: AbortSignal) =>
  get<CallPage>(`/exchanges?${callQueryString(query)}`, signal);

export const getCall = (id: string, signal?: AbortSignal) =>
  get<Call>(`/exchanges/${encodeURIComponent(id)}`, signal);

export const getStatus = (signal?: AbortSignal) => get<Status>('/status', signal);

/** Who is logged in, or that nobody is: the one question that is never refused. */
export const getVisitor = (signal?: AbortSignal) => get<Visitor>('/visitor', signal);

export const beginSession = (login: { username: string; password: string } | { code: string }) => send<Session>('POST', '/session', login);

/** Whether people may log in by a provider, and what it is called. */
export const getProvider = (signal?: AbortSignal) => get<{ enabled: boolean; name: string | null }>('/oidc', signal);

export const endSession = () => send<void>('DELETE', '/session');

export const getFields = (signal?: AbortSignal) => get<FilterField[]>('/fields', signal);

export interface OverviewQuery {
  where: string;
  from: number;
  to: number;
  buckets: number;
  fields: readonly string[];
  top: number;
}

export const getOverview = (query: OverviewQuery, signal?: AbortSignal) => {
  const parameters = new URLSearchParams({
    from: String(query.from), to: String(query.to), buckets: String(query.buckets), fields: query.fields.join(','), top: String(query.top),
  });
  if (query.where !== '') parameters.set('where', query.where);
  return get<Overview>(`/exchanges/overview?${parameters.toString()}`, signal);
};

/** Kinds of files that calls can be had as. */
export const fileFormats = ['har', 'pcap'] as const;
export type FileFormat = (typeof fileFormats)[number];

/** Address of raw packets: of one call's connection, of those that match, or of a time. */
export function rawPacketsAddress(query: { id: string } | { where: string; from?: string; to?: string }): string {
  const parameters = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined && value !== '') as [string, string][]);
  return `${base}/packets?${parameters.toString()}`;
}

/** Address of a file of one call, or of those that match. */
export function fileAddress(format: FileFormat, query: { id: string } | { where: string; from?: string; to?: string }): string {
  const parameters = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined && value !== '') as [string, string][]);
  return `${base}/exchanges/${format}?${parameters.toString()}`;
}
