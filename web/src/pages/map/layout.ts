import { Graph, layout as arrange } from '@dagrejs/dagre';
import type { Spot } from './graph';

/** All lengths are in pixels at scale 1. */
export const nodeWidth = 172;
export const nodeHeight = 44;
const gapX = 18;
const gapY = 14;
const padding = 16;
const titleHeight = 26;
/** Rows of places that have nothing to do with others of their group. */
const looseRows = 8;
/** The group of a picture without groups: it has no box. */
const everything = 'everything';
/** With more newcomers than this, for each that has its place, a new picture is easier to read than an old one with additions. */
const newcomerShare = 0.5;

export interface Point {
  x: number;
  y: number;
}

export interface Box extends Point {
  width: number;
  height: number;
}

export interface Group extends Box {
  key: string;
  title: string;
}

export interface Picture {
  /** Top left corners. */
  places: ReadonlyMap<string, Point>;
  groups: readonly Group[];
  /** Around everything. */
  box: Box;
}

/** Callers that nobody knows stand on the left, what is called outside on the right, in a group of their own. */
function groupOf({ place, incoming }: Spot, grouped: boolean): { key: string; title: string } {
  if (!grouped) return { key: everything, title: '' };
  if (place.namespace !== '') return { key: `namespace/${place.namespace}`, title: place.namespace };
  if (place.kind === 'service' || place.kind === 'process' || place.kind === 'node') return { key: 'none', title: 'No namespace' };
  return incoming.length === 0 ? { key: 'callers', title: 'Callers' } : { key: 'outside', title: 'Outside' };
}

interface Home {
  group: string;
  /** Within the group. */
  at: Point;
}

/**
 * Where everything stands. What has its place keeps it: newcomers are added below those of their group, and a group that
 * grows moves the ones below it down. The same places and edges, given for the first time, make the same picture.
 */
export class MapLayout {
  readonly #homes = new Map<string, Home>();
  #groups: Group[] = [];

  /** Starts over with the next picture. */
  forget(): void {
    this.#homes.clear();
    this.#groups = [];
  }

  draw(spots: ReadonlyMap<string, Spot>, grouped: boolean): Picture {
    const newcomers = [...spots.values()].filter(({ place }) => !this.#homes.has(place.id));
    if (newcomers.length > this.#homes.size * newcomerShare) this.#start(spots, grouped);
    else if (newcomers.length > 0) this.#add(newcomers, grouped);

    const places = new Map<string, Point>();
    const inhabited = new Set<string>();
    const origins = new Map(this.#groups.map((group) => [group.key, group]));
    for (const id of spots.keys()) {
      const home = this.#homes.get(id);
      const group = home && origins.get(home.group);
      if (!home || !group) continue;
      places.set(id, { x: group.x + home.at.x, y: group.y + home.at.y });
      inhabited.add(group.key);
    }
    return { places, groups: this.#groups.filter(({ key }) => key !== everything && inhabited.has(key)), box: around(this.#groups) };
  }

  #start(spots: ReadonlyMap<string, Spot>, grouped: boolean): void {
    this.forget();
    const members = new Map<string, { title: string; spots: Spot[] }>();
    for (const spot of sorted(spots.values())) {
      const { key, title } = groupOf(spot, grouped);
      const group = members.get(key) ?? { title, spots: [] };
      members.set(key, group);
      group.spots.push(spot);
    }

    const outer = newGraph(110, 44);
    for (const [key, group] of members) {
      const inner = within(group.spots);
      for (const [id, at] of inner.places) this.#homes.set(id, { group: key, at: key === everything ? at : { x: at.x + padding, y: at.y + padding + titleHeight } });
      const box = key === everything ? inner : { width: inner.width + 2 * padding, height: inner.height + 2 * padding + titleHeight };
      outer.setNode(key, { width: box.width, height: box.height });
      this.#groups.push({ key, title: group.title, x: 0, y: 0, width: box.width, height: box.height });
    }
    for (const spot of sorted(spots.values())) {
      const from = this.#homes.get(spot.place.id)?.group ?? '';
      for (const edge of byTarget(spot)) {
        const to = this.#homes.get(edge.to)?.group;
        if (to !== undefined && to !== from) outer.setEdge(from, to, {});
      }
    }
    arrange(outer);
    for (const group of this.#groups) {
      const middle = outer.node(group.key) as Point;
      group.x = Math.round(middle.x - group.width / 2);
      group.y = Math.round(middle.y - group.height / 2);
    }
  }

  #add(newcomers: Spot[], grouped: boolean): void {
    for (const spot of sorted(newcomers)) {
      const { key, title } = groupOf(spot, grouped);
      let group = this.#groups.find((one) => one.key === key);
      if (!group) {
        const { x, y, height } = around(this.#groups);
        group = { key, title, x, y: y + height + gapY * 3, width: nodeWidth + 2 * padding, height: padding * 2 + titleHeight - gapY };
        this.#groups.push(group);
      }
      const inset = key === everything ? 0 : padding;
      const at = this.#freePlace(group, inset);
      this.#homes.set(spot.place.id, { group: key, at });
      group.height = Math.max(group.height, at.y + nodeHeight + inset);
      this.#pushDown(group);
    }
  }

  /** In the last row of the group, or in a new one. */
  #freePlace(group: Group, inset: number): Point {
    const homes = [...this.#homes.values()].filter((home) => home.group === group.key).map(({ at }) => at);
    const top = group.key === everything ? 0 : padding + titleHeight;
    const last = Math.max(top - nodeHeight - gapY, ...homes.map(({ y }) => y));
    const right = Math.max(inset - nodeWidth - gapX, ...homes.filter(({ y }) => y > last - nodeHeight).map(({ x }) => x));
    const next = { x: right + nodeWidth + gapX, y: last };
    return last >= top && next.x + nodeWidth + inset <= group.width ? next : { x: inset, y: last + nodeHeight + gapY };
  }

  #pushDown(grown: Group): void {
    for (const other of this.#groups.filter((one) => one !== grown && one.y >= grown.y).sort((one, two) => one.y - two.y)) {
      const overlaps = other.x < grown.x + grown.width && grown.x < other.x + other.width && other.y < grown.y + grown.height + gapY;
      if (!overlaps) continue;
      other.y = grown.y + grown.height + gapY * 2;
      this.#pushDown(other);
    }
  }
}

/** Those of one group: callers left of what they call; the ones without ties among themselves stand in columns below. */
function within(spots: readonly Spot[]): { places: Map<string, Point>; width: number; height: number } {
  const own = new Set(spots.map(({ place }) => place.id));
  const tied = spots.filter(({ place, incoming, outgoing }) =>
    outgoing.some(({ to }) => to !== place.id && own.has(to)) || incoming.some(({ from }) => from !== place.id && own.has(from)));
  const places = new Map<string, Point>();
  let [width, height] = [0, 0];
  if (tied.length > 0) {
    const graph = newGraph(84, gapY);
    for (const { place } of tied) graph.setNode(place.id, { width: nodeWidth, height: nodeHeight });
    for (const spot of tied) {
      const { place } = spot;
      for (const { to } of byTarget(spot)) if (to !== place.id && own.has(to)) graph.setEdge(place.id, to, {});
    }
    arrange(graph);
    for (const { place } of tied) {
      const middle = graph.node(place.id) as Point;
      const at = { x: Math.round(middle.x - nodeWidth / 2), y: Math.round(middle.y - nodeHeight / 2) };
      places.set(place.id, at);
      width = Math.max(width, at.x + nodeWidth);
      height = Math.max(height, at.y + nodeHeight);
    }
  }

  const loose = spots.filter(({ place }) => !places.has(place.id));
  if (loose.length === 0) return { places, width, height };
  const columns = tied.length > 0 ? Math.max(1, Math.floor((width + gapX) / (nodeWidth + gapX))) : Math.ceil(loose.length / looseRows);
  const rows = Math.ceil(loose.length / columns);
  const top = height === 0 ? 0 : height + gapY;
  loose.forEach(({ place }, index) => places.set(place.id, {
    x: (tied.length > 0 ? index % columns : Math.floor(index / rows)) * (nodeWidth + gapX),
    y: top + (tied.length > 0 ? Math.floor(index / columns) : index % rows) * (nodeHeight + gapY),
  }));
  return { places, width: Math.max(width, columns * (nodeWidth + gapX) - gapX), height: top + rows * (nodeHeight + gapY) - gapY };
}

const newGraph = (ranksep: number, nodesep: number) => {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', ranksep, nodesep, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  return graph;
};

/** By id: the order of the answer is by calls, and changes. */
const sorted = (spots: Iterable<Spot>) => [...spots].sort((one, other) => (one.place.id < other.place.id ? -1 : 1));

const byTarget = ({ outgoing }: Spot) => [...outgoing].sort((one, other) => (one.to < other.to ? -1 : 1));

export function around(boxes: readonly Box[]): Box {
  if (boxes.length === 0) return { x: 0, y: 0, width: 0, height: 0 };
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  return {
    x, y,
    width: Math.max(...boxes.map((box) => box.x + box.width)) - x,
    height: Math.max(...boxes.map((box) => box.y + box.height)) - y,
  };
}
