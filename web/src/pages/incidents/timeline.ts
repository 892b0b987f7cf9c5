import type { Delivery, Incident, Limit, Silence } from './types';
import { limitTarget, limitWords } from './words';

export interface Entry {
  at: string;
  text: string;
  tone: 'ok' | 'info' | 'warn' | 'error';
}

/** Everything that happened about an incident, oldest first; at the same time in the order in which things follow from one another. */
export function timelineOf(incident: Incident, deliveries: readonly Delivery[], limits: readonly Limit[], silences: readonly Silence[]): Entry[] {
  const entries: Entry[] = [
    { at: incident.startedAt, text: 'The first of what belongs to it', tone: 'info' },
    { at: incident.detectedAt, text: `Enough to say so: ${incident.severity}`, tone: 'error' },
    ...silences.map((one): Entry => ({ at: one.startsAt, text: `${one.by} silenced it${one.comment ? `: ${one.comment}` : ''}`, tone: 'info' })),
    ...deliveries.map((one): Entry => delivered(one)),
    ...limits.flatMap((one) => limited(one)),
  ];
  // It is over some quiet minutes later: the center does not keep when.
  entries.push(incident.state === 'open' ? { at: incident.lastAt, text: 'The latest finding; it goes on', tone: 'warn' } : { at: incident.lastAt, text: 'The last finding; it is over', tone: 'ok' });
  return entries.map((entry, index) => ({ entry, index })).sort((one, other) => Date.parse(one.entry.at) - Date.parse(other.entry.at) || one.index - other.index).map(({ entry }) => entry);
}

function delivered(one: Delivery): Entry {
  const what = one.status === 'resolved' ? 'the end' : 'it';
  switch (one.state) {
    case 'delivered': return { at: one.at, text: `${one.receiver} was told of ${what}`, tone: 'ok' };
    case 'refused': return { at: one.at, text: `${one.receiver} called the message wrong`, tone: 'error' };
    case 'trying': return { at: one.at, text: `${one.receiver} does not take ${what} yet: ${one.problem ?? ''}`, tone: 'warn' };
    case 'silenced': return { at: one.at, text: `A silence held ${what} back`, tone: 'info' };
    case 'waiting': return { at: one.takenAt, text: `${one.receiver} is about to be told of ${what}`, tone: 'info' };
  }
}

function limited(limit: Limit): Entry[] {
  const what = `${limitTarget(limit.target)} to ${limitWords(limit)}`;
  const entries: Entry[] = [limit.state === 'dry_run'
    ? { at: limit.createdAt, text: `${limit.by} tried a limit of ${what}; nothing was changed`, tone: 'info' }
    : { at: limit.createdAt, text: limit.state === 'failed' ? `${limit.by} could not limit ${what}` : `${limit.by} limited ${what}`, tone: limit.state === 'failed' ? 'error' : 'ok' }];
  if (limit.endedAt && limit.state === 'reverted') entries.push({ at: limit.endedAt, text: `The limit of ${limitTarget(limit.target)} was taken back`, tone: 'info' });
  return entries;
}
