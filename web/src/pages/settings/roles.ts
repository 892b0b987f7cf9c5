import type { UserRole } from './api';

export const userRoles: readonly (readonly [role: UserRole, words: string])[] = [['viewer', 'viewer: reads'], ['operator', 'operator: also acts'], ['admin', 'admin: also users and keys']];
