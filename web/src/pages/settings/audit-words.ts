const actions: Record<string, string> = {
  login: 'logged in', beginSession: 'logged in', endSession: 'logged out', createUser: 'added a user', changeUser: 'changed a user', deleteUser: 'removed a user', changePassword: 'changed the own password',
  createToken: 'made a token', deleteToken: 'took a token back', rotateSigningKey: 'changed the signing key', addSilence: 'silenced alerts', removeSilence: 'ended a silence', testAlerts: 'tested receivers',
  applyRateLimit: 'set a limit', revertRateLimit: 'took a limit back', previewRateLimit: 'looked at a limit', acceptEndpoint: 'kept a template', undoEndpoint: 'undid a parameter', firstStart: 'first start', getRawPackets: 'read raw packets',
};

/** `rotateSigningKey` in words; an operation that is new here is its own name, apart. */
export const actionWords = (action: string) => actions[action] ?? action.replace(/([A-Z])/g, ' $1').toLowerCase();

export function outcomeWords(status: number): string {
  if (status < 400) return 'done';
  if (status === 401) return 'refused';
  if (status === 403) return 'not allowed';
  if (status === 429) return 'told to wait';
  return status >= 500 ? 'failed' : 'not done';
}
