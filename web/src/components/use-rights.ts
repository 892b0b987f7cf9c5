import type { Session } from '../api/types';
import { useSession } from './session';

const roles: readonly Session['role'][] = ['viewer', 'operator', 'admin'];

export const includes = (session: Session | undefined, role: Session['role']) => session !== undefined && roles.indexOf(session.role) >= roles.indexOf(role);

/** What of a page is for the one who is logged in. The center refuses the rest, too. */
export function useRights() {
  const session = useSession();
  return { session, operates: includes(session, 'operator'), administers: includes(session, 'admin') };
}
