import { get, send } from '../../api/client';
import type { AlertTest, AuditLine, AuditPage, CreatedToken, CreatedUser, NewToken, NewUser, SigningKeyAnswer, TokenAnswer, UserAnswer, UserChange } from '../../api/openapi';

/** Accounts under the names of the page; docs/guides/accounts.md. */
export type { AlertTest, AuditLine };
export type UserRole = 'viewer' | 'operator' | 'admin';
export type TokenRole = UserRole | 'logger';
export type User = Omit<UserAnswer, 'role'> & { role: UserRole };
export type Token = Omit<TokenAnswer, 'role'> & { role: TokenRole };
export type SigningKey = SigningKeyAnswer;

const id = encodeURIComponent;

export const listUsers = (signal?: AbortSignal) => get<{ items: User[] }>('/users', signal);
/** The answer holds a password that was made up, once, unless one was given. */
export const createUser = (user: NewUser & { role: UserRole }) => send<CreatedUser>('POST', '/users', user);
export const changeUser = (name: string, change: UserChange & { role?: UserRole }) => send<User>('PATCH', `/users/${id(name)}`, change);
export const deleteUser = (name: string) => send<void>('DELETE', `/users/${id(name)}`);
export const changePassword = (current: string, password: string) => send<void>('POST', '/password', { current, password });

export const listTokens = (signal?: AbortSignal) => get<{ items: Token[] }>('/tokens', signal);
export const createToken = (token: NewToken & { role: TokenRole }) => send<CreatedToken>('POST', '/tokens', token);
export const deleteToken = (which: string) => send<void>('DELETE', `/tokens/${id(which)}`);

export const listKeys = (signal?: AbortSignal) => get<{ items: SigningKey[] }>('/signing-keys', signal);
export const rotateKey = () => send<{ id: string }>('POST', '/signing-keys');

export const auditPath = (query: { kind: string; actor: string; before: string }) =>
  `/audit?${new URLSearchParams(Object.entries({ ...query, limit: '100' }).filter(([, value]) => value !== '')).toString()}`;
export const listAudit = (query: { kind: string; actor: string; before: string }, signal?: AbortSignal) => get<AuditPage>(auditPath(query), signal);


export const testReceiver = (name: string) => send<AlertTest[]>('POST', `/alerts/test?destination=${id(name)}`);
