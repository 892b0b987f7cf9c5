import { type Box, nodeHeight, nodeWidth, type Point } from './layout';

export type Direction = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

export const isDirection = (key: string): key is Direction => key === 'ArrowLeft' || key === 'ArrowRight' || key === 'ArrowUp' || key === 'ArrowDown';

/** The nearest place in a direction; what is off to the side counts as farther away. */
export function neighbour(places: ReadonlyMap<string, Point>, from: string, direction: Direction): string | undefined {
  const start = places.get(from);
  if (!start) return undefined;
  const across = direction === 'ArrowLeft' || direction === 'ArrowRight';
  const sign = direction === 'ArrowRight' || direction === 'ArrowDown' ? 1 : -1;
  let best: { id: string; cost: number } | undefined;
  for (const [id, at] of places) {
    const ahead = sign * (across ? at.x - start.x : at.y - start.y);
    if (id === from || ahead <= 0) continue;
    const aside = Math.abs(across ? at.y - start.y : at.x - start.x);
    const cost = ahead + aside * 2.5;
    if (!best || cost < best.cost) best = { id, cost };
  }
  return best?.id;
}

export interface Curve {
  path: string;
  middle: Point;
}

/** From the right side of one place to the left side of another; one that leads back swings out, one to itself is a loop above. */
export function curve(from: Point, to: Point): Curve {
  const half = nodeHeight / 2;
  if (from.x === to.x && from.y === to.y) {
    const [x, y] = [from.x + nodeWidth - 40, from.y];
    return { path: `M${x} ${y}c-6 -34 46 -34 30 0`, middle: { x: x + 15, y: y - 26 } };
  }
  const [x1, y1] = [from.x + nodeWidth, from.y + half];
  const [x2, y2] = [to.x, to.y + half];
  const reach = x2 > x1 ? Math.max(30, (x2 - x1) / 2) : 60 + Math.min(120, (x1 - x2) / 6);
  return { path: `M${x1} ${y1}C${x1 + reach} ${y1} ${x2 - reach} ${y2} ${x2} ${y2}`, middle: { x: (x1 + x2) / 2, y: (y1 + y2) / 2 } };
}

/** What part of the map is in the window: a point of the map stands at `x + point * scale`. */
export interface Viewport extends Point {
  scale: number;
}

export const minScale = 0.12;
export const maxScale = 2;
const margin = 28;

/** All of a box in the window, as large as it gets, but not larger than life. */
export function fit(box: Box, width: number, height: number): Viewport {
  if (box.width === 0 || width === 0) return { x: margin, y: margin, scale: 1 };
  const scale = Math.max(minScale, Math.min(1, (width - 2 * margin) / box.width, (height - 2 * margin) / box.height));
  return { scale, x: (width - box.width * scale) / 2 - box.x * scale, y: (height - box.height * scale) / 2 - box.y * scale };
}

/** Larger or smaller around a point of the window. */
export function zoom(view: Viewport, factor: number, at: Point): Viewport {
  const scale = Math.min(maxScale, Math.max(minScale, view.scale * factor));
  const by = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by };
}

/** Moved as little as brings a place into the window. */
export function reveal(view: Viewport, place: Point, width: number, height: number): Viewport {
  const shift = (at: number, size: number, room: number) => Math.max(0, margin - at) - Math.max(0, at + size - (room - margin));
  return {
    ...view,
    x: view.x + shift(view.x + place.x * view.scale, nodeWidth * view.scale, width),
    y: view.y + shift(view.y + place.y * view.scale, nodeHeight * view.scale, height),
  };
}
