import { getSession } from '../api/client';
import type { Session } from '../api/types';
import { useAnswer } from './use-answer';

const roles: readonly Session['role'][] = ['viewer', 'operator', 'admin'];

export const includes = (session: Session | undefined, role: Session['role']) => session !== undefined && roles.indexOf(session.role) >= roles.indexOf(role);

/** Who is logged in, and what of a page is for them. The center refuses the rest, too. */
export function useRights() {
  const session = useAnswer('session', getSession).value;
  return { session, operates: includes(session, 'operator'), administers: includes(session, 'admin') };
}
