import { visibleLine } from '../../lib/format';
import { type Flow, sumOf } from './metrics';
import { edgeId } from './place';
import type { MapAnswer, MapEdge, MapPlace } from './types';

const kindWords: Record<MapPlace['kind'], string> = {
  service: 'service', workload: 'workload', pod: 'pod', process: 'process', node: 'node', host: 'outside host', address: 'address', others: 'addresses',
};

export const kindOf = (place: MapPlace) => kindWords[place.kind];

/** Names are what strangers wrote: what would hide or reorder text is escaped. */
export const nameOf = (place: MapPlace) => (place.kind === 'others' ? `${place.members} others` : visibleLine(place.name.length > 200 ? `${place.name.slice(0, 200)}…` : place.name));

/** A place with what goes on around it. */
export interface Spot {
  place: MapPlace;
  incoming: MapEdge[];
  outgoing: MapEdge[];
  in: Flow;
  out: Flow;
}

export function spotsOf(answer: Pick<MapAnswer, 'nodes' | 'edges'>): Map<string, Spot> {
  const spots = new Map<string, Spot>();
  const empty = sumOf([]);
  for (const place of answer.nodes) spots.set(place.id, { place, incoming: [], outgoing: [], in: empty, out: empty });
  for (const edge of answer.edges) {
    spots.get(edge.from)?.outgoing.push(edge);
    spots.get(edge.to)?.incoming.push(edge);
  }
  for (const spot of spots.values()) {
    spot.in = sumOf(spot.incoming);
    spot.out = sumOf(spot.outgoing);
  }
  return spots;
}

/** What is looked at: a place with its neighbours, an edge with its ends, or nothing. */
export interface Focus {
  spot: Spot | undefined;
  edge: MapEdge | undefined;
  places: ReadonlySet<string>;
  edges: ReadonlySet<string>;
}

export const noFocus: Focus = { spot: undefined, edge: undefined, places: new Set(), edges: new Set() };

export function focusOn(spots: ReadonlyMap<string, Spot>, edges: readonly MapEdge[], focus: string): Focus {
  if (focus === '') return noFocus;
  const edge = edges.find((one) => edgeId(one) === focus);
  if (edge) return { spot: undefined, edge, places: new Set([edge.from, edge.to]), edges: new Set([focus]) };
  const spot = spots.get(focus);
  if (!spot) return noFocus;
  const around = [...spot.incoming, ...spot.outgoing];
  return { spot, edge: undefined, places: new Set([focus, ...around.flatMap(({ from, to }) => [from, to])]), edges: new Set(around.map(edgeId)) };
}

/** Places whose name or namespace has every word. */
export function matching(spots: ReadonlyMap<string, Spot>, words: string): string[] {
  const wanted = words.toLowerCase().split(/\s+/).filter((word) => word !== '');
  if (wanted.length === 0) return [];
  return [...spots.values()]
    .filter(({ place }) => wanted.every((word) => `${place.namespace} ${place.name} ${kindOf(place)}`.toLowerCase().includes(word)))
    .map(({ place }) => place.id);
}
