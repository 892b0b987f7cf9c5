import { describe, expect, it } from 'vitest';
import { fit, neighbour, reveal, zoom } from './geometry';
import { focusOn, matching, spotsOf } from './graph';
import { MapLayout, nodeHeight, nodeWidth, type Picture } from './layout';
import { edgeId, readMapState, writeMapState } from './place';
import { failureShare, formatRate, healthOf } from './metrics';
import type { MapEdge, MapPlace, PlaceKind } from './types';

const place = (id: string, kind: PlaceKind = 'service'): MapPlace => {
  const [namespace = '', name = ''] = id.split('/');
  return { id, kind, namespace, name, source: '', destination: '', members: 1 };
};
const edge = (from: string, to: string, change: Partial<MapEdge> = {}): MapEdge => ({
  from, to, calls: 10, perSecond: 1, errors: 0, clientErrors: 0, unanswered: 0, p50Ms: 1, p95Ms: 2, requestBytes: 0, responseBytes: 0, protocols: ['HTTP/1.1'], ...change,
});

/** A city of services in four tiers: each calls two of the next tier, mostly of its own namespace. */
function city(services: number, namespaces: number) {
  const ids = Array.from({ length: services }, (_, n) => `ns${n % namespaces}/service-${n}`);
  const tier = Math.ceil(services / 4);
  const edges = ids.flatMap((id, n) => [n + tier - (tier % namespaces), n + tier + (n % 7)].filter((other) => n + tier < services && other < services).map((other) => edge(id, ids[other] ?? '')));
  return { nodes: ids.map((id) => place(id)), edges };
}

function overlaps(picture: Picture): string[] {
  const all = [...picture.places];
  return all.flatMap(([id, at], index) => all.slice(index + 1)
    .filter(([, other]) => Math.abs(at.x - other.x) < nodeWidth && Math.abs(at.y - other.y) < nodeHeight)
    .map(([other]) => `${id} ${other}`));
}

describe('the layout', () => {
  it('is the same for the same places, in whatever order they come', () => {
    const { nodes, edges } = city(40, 4);
    const one = new MapLayout().draw(spotsOf({ nodes, edges }), true);
    const other = new MapLayout().draw(spotsOf({ nodes: [...nodes].reverse(), edges: [...edges].reverse() }), true);
    expect([...other.places].sort()).toEqual([...one.places].sort());
  });
  it('has room for two hundred services, each inside the box of its namespace', () => {
    const picture = new MapLayout().draw(spotsOf(city(200, 12)), true);
    expect(picture.places.size).toBe(200);
    expect(overlaps(picture)).toEqual([]);
    expect(picture.groups).toHaveLength(12);
    for (const [id, at] of picture.places) {
      const group = picture.groups.find(({ title }) => title === id.split('/')[0]);
      expect(group && at.x >= group.x && at.y >= group.y && at.x + nodeWidth <= group.x + group.width && at.y + nodeHeight <= group.y + group.height).toBe(true);
    }
    for (const one of picture.groups) {
      for (const other of picture.groups) {
        if (one !== other) expect(one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height).toBe(false);
      }
    }
  });
  it('does not jump: who has a place keeps it when others come and go', () => {
    const { nodes, edges } = city(40, 4);
    const layout = new MapLayout();
    const before = layout.draw(spotsOf({ nodes, edges }), true);
    const fewer = layout.draw(spotsOf({ nodes: nodes.slice(5), edges: [] }), true);
    for (const [id, at] of fewer.places) expect(at).toEqual(before.places.get(id));
    const again = layout.draw(spotsOf({ nodes, edges }), true);
    expect(again.places).toEqual(before.places);
    const more = layout.draw(spotsOf({ nodes: [...nodes, place('ns1/new'), place('ns1/newer'), place('elsewhere/first')], edges }), true);
    expect(more.places.size).toBe(43);
    expect(overlaps(more)).toEqual([]);
    // Within a namespace nothing moved; a namespace may have moved as a whole.
    for (const group of before.groups) {
      const shifts = new Set([...before.places].filter(([id]) => id.startsWith(`${group.title}/`)).map(([id, at]) => {
        const now = more.places.get(id);
        return `${(now?.x ?? 0) - at.x} ${(now?.y ?? 0) - at.y}`;
      }));
      expect(shifts.size).toBe(1);
    }
  });
  it('starts over when most are new, and when it is told to', () => {
    const layout = new MapLayout();
    layout.draw(spotsOf(city(4, 2)), true);
    const { nodes, edges } = city(60, 3);
    expect([...layout.draw(spotsOf({ nodes, edges }), true).places].sort()).toEqual([...new MapLayout().draw(spotsOf({ nodes, edges }), true).places].sort());
  });
  it('stands without namespaces as well, with strangers on either side', () => {
    const nodes = [place('/web', 'process'), place('/10.0.0.1', 'address'), place('/example.com', 'host')];
    const picture = new MapLayout().draw(spotsOf({ nodes, edges: [edge('/10.0.0.1', '/web'), edge('/web', '/example.com')] }), true);
    expect(picture.groups.map(({ title }) => title).sort()).toEqual(['Callers', 'No namespace', 'Outside']);
    const x = (id: string) => picture.places.get(id)?.x ?? NaN;
    expect(x('/10.0.0.1') < x('/web') && x('/web') < x('/example.com')).toBe(true);
    expect(new MapLayout().draw(spotsOf({ nodes, edges: [] }), false).groups).toEqual([]);
  });
  it('bears edges in circles and to oneself', () => {
    const nodes = [place('a/x'), place('a/y')];
    const picture = new MapLayout().draw(spotsOf({ nodes, edges: [edge('a/x', 'a/y'), edge('a/y', 'a/x'), edge('a/x', 'a/x')] }), true);
    expect(overlaps(picture)).toEqual([]);
  });
});

describe('arrow keys', () => {
  const places = new Map([['a', { x: 0, y: 0 }], ['b', { x: 300, y: 10 }], ['c', { x: 150, y: 400 }], ['d', { x: 0, y: 60 }]]);
  it('go to the nearest place in their direction', () => {
    expect(neighbour(places, 'a', 'ArrowRight')).toBe('b');
    expect(neighbour(places, 'a', 'ArrowDown')).toBe('d');
    expect(neighbour(places, 'd', 'ArrowDown')).toBe('c');
    expect(neighbour(places, 'b', 'ArrowLeft')).toBe('a');
    expect(neighbour(places, 'a', 'ArrowLeft')).toBeUndefined();
    expect(neighbour(places, 'nobody', 'ArrowLeft')).toBeUndefined();
  });
});

describe('the window', () => {
  it('shows all, no larger than life', () => {
    expect(fit({ x: 0, y: 0, width: 100, height: 100 }, 1000, 800).scale).toBe(1);
    const far = fit({ x: -500, y: 0, width: 10_000, height: 100 }, 1056, 800);
    expect(far.scale).toBeCloseTo(0.12);
  });
  it('keeps the point under the pointer when it changes its size', () => {
    const [view, at] = [{ x: 10, y: 20, scale: 1 }, { x: 110, y: 220 }];
    const next = zoom(view, 1.5, at);
    expect((at.x - next.x) / next.scale).toBeCloseTo((at.x - view.x) / view.scale);
    expect(zoom(view, 1000, at).scale).toBe(2);
  });
  it('moves to what is outside, and only then', () => {
    const view = { x: 0, y: 0, scale: 1 };
    expect(reveal(view, { x: 100, y: 100 }, 800, 600)).toEqual(view);
    expect(reveal(view, { x: 900, y: 100 }, 800, 600).x).toBeLessThan(0);
    expect(reveal(view, { x: -50, y: 100 }, 800, 600).x).toBeGreaterThan(0);
  });
});

describe('the focus', () => {
  const { nodes, edges } = { nodes: ['a/x', 'a/y', 'b/z'].map((id) => place(id)), edges: [edge('a/x', 'a/y'), edge('a/y', 'b/z')] };
  const spots = spotsOf({ nodes, edges });
  it('is a place with its neighbours, an edge with its ends, or nothing', () => {
    expect([...focusOn(spots, edges, 'a/x').places]).toEqual(['a/x', 'a/y']);
    expect(focusOn(spots, edges, 'a/y').edges.size).toBe(2);
    expect([...focusOn(spots, edges, edgeId(edge('a/y', 'b/z'))).places]).toEqual(['a/y', 'b/z']);
    expect(focusOn(spots, edges, 'gone').places.size).toBe(0);
  });
  it('is found by words of name, namespace and kind', () => {
    expect(matching(spots, 'A x')).toEqual(['a/x']);
    expect(matching(spots, 'service')).toHaveLength(3);
    expect(matching(spots, ' ')).toEqual([]);
  });
});

describe('figures', () => {
  it('count what failed and what had no answer', () => {
    expect(failureShare(edge('a', 'b', { calls: 100, errors: 3, unanswered: 2 }))).toBe(0.05);
    expect([0, 0.001, 0.05].map(healthOf)).toEqual(['ok', 'warn', 'error']);
  });
  it('give rates in the unit that reads well', () => {
    expect([1234, 12.34, 0.5, 0.005, 0].map(formatRate)).toEqual(['1234/s', '12.3/s', '30/min', '18/h', '0']);
  });
});

describe('the address', () => {
  it('restores the map', () => {
    const state = { range: 'custom' as const, from: 1_000_000_000_000, to: 1_000_000_060_000, where: 'a && b', namespace: 'shop', focus: 'service/shop/a\nservice/shop/b', alone: true, flat: true, metric: 'bytes' as const, view: 'table' as const };
    expect(readMapState(writeMapState(state))).toEqual(state);
    const usual = readMapState('');
    expect(usual.range).toBe('1h');
    expect(writeMapState(usual)).toBe('');
    expect(readMapState('?range=live&show=nonsense&view=3d')).toEqual(usual);
  });
});
