import { get } from '../api/client';
import type { PacketNodeList } from '../api/openapi';
import { useAnswer } from './use-answer';
import { useRights } from './use-rights';

const refreshMs = 30_000;
const nobody: PacketNodeList = { items: [] };

const listNodes = (signal?: AbortSignal) => get<PacketNodeList>('/packets/nodes', signal);

/** Nodes that keep raw packets; none for those who may not read them. */
export function usePacketNodes() {
  const { administers } = useRights();
  const answer = useAnswer(administers ? 'packet-nodes' : 'no-packet-nodes', administers ? listNodes : () => Promise.resolve(nobody), administers ? refreshMs : 0);
  return answer.value?.items ?? nobody.items;
}
