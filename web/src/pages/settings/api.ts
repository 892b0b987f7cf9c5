import { get, send } from '../../api/client';

/** Accounts as the center tells them; docs/guides/accounts.md. */

export type UserRole = 'viewer' | 'operator' | 'admin';
export type TokenRole = UserRole | 'logger';

export interface User {
  name: string;
  role: UserRole;
  disabled: boolean;
  createdAt: string;
  changedAt: string;
}

export interface Token {
  id: string;
  name: string;
  owner: string;
  role: TokenRole;
  createdAt: string;
  expiresAt: string | null;
  usedAt: string | null;
}

export interface AuditLine {
  at: string;
  kind: 'login' | 'change';
  actor: string;
  via: string;
  address: string;
  action: string;
  target: string;
  status: number;
  detail: string;
}

export interface SigningKey {
  id: string;
  createdAt: string;
  signs: boolean;
}

const id = encodeURIComponent;

export const listUsers = (signal?: AbortSignal) => get<{ items: User[] }>('/users', signal);
/** The answer holds a password that was made up, once, unless one was given. */
export const createUser = (user: { name: string; role: UserRole; password?: string }) => send<{ name: string; password: string | null }>('POST', '/users', user);
export const changeUser = (name: string, change: Partial<{ role: UserRole; disabled: boolean; password: string }>) => send<User>('PATCH', `/users/${id(name)}`, change);
export const deleteUser = (name: string) => send<void>('DELETE', `/users/${id(name)}`);
export const changePassword = (current: string, password: string) => send<void>('POST', '/password', { current, password });

export const listTokens = (signal?: AbortSignal) => get<{ items: Token[] }>('/tokens', signal);
export const createToken = (token: { name: string; role: TokenRole; days: number }) => send<{ id: string; token: string }>('POST', '/tokens', token);
export const deleteToken = (which: string) => send<void>('DELETE', `/tokens/${id(which)}`);

export const listKeys = (signal?: AbortSignal) => get<{ items: SigningKey[] }>('/signing-keys', signal);
export const rotateKey = () => send<{ id: string }>('POST', '/signing-keys');

export const auditPath = (query: { kind: string; actor: string; before: string }) =>
  `/audit?${new URLSearchParams(Object.entries({ ...query, limit: '100' }).filter(([, value]) => value !== '')).toString()}`;
export const listAudit = (query: { kind: string; actor: string; before: string }, signal?: AbortSignal) => get<{ items: AuditLine[]; next: string | null }>(auditPath(query), signal);

export interface AlertTest {
  name: string;
  taken: boolean;
  problem: string;
}

export const testReceiver = (name: string) => send<AlertTest[]>('POST', `/alerts/test?destination=${id(name)}`);
