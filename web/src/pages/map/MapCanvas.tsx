import { type KeyboardEvent, type PointerEvent, type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react';
import { Icon } from '../../components/Icon';
import { curve, fit, isDirection, neighbour, reveal, type Viewport, zoom } from './geometry';
import { type Focus, kindOf, nameOf, type Spot } from './graph';
import { nodeHeight, nodeWidth, type Picture } from './layout';
import { failureShare, formatRate, formatShare, healthOf, type Metric, metricText } from './metrics';
import { edgeId } from './place';
import type { MapEdge } from './types';

export interface MapCanvasHandle {
  fit(): void;
  zoom(factor: number): void;
  /** Brings a place into the window and the keyboard to it. */
  goTo(id: string): void;
}

interface Props {
  spots: ReadonlyMap<string, Spot>;
  edges: readonly MapEdge[];
  picture: Picture;
  /** Another one is another picture, which is shown whole. */
  pictureKey: string;
  metric: Metric;
  focus: Focus;
  found: ReadonlySet<string>;
  handle: Ref<MapCanvasHandle>;
  onFocus(id: string): void;
}

/** With more edges than this, figures stand only at those that are looked at. */
const maxLabels = 40;
const dragPixels = 4;

export function MapCanvas({ spots, edges, picture, pictureKey, metric, focus, found, handle, onFocus }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<Viewport>({ x: 0, y: 0, scale: 1 });
  const [current, setCurrent] = useState('');
  const drag = useRef<{ x: number; y: number; moved: boolean } | undefined>(undefined);
  const box = useRef(picture.box);
  box.current = picture.box;
  const size = () => [frame.current?.clientWidth ?? 0, frame.current?.clientHeight ?? 0] as const;

  useLayoutEffect(() => setView(fit(box.current, ...size())), [pictureKey]);

  // A wheel that scrolls must be stopped, which a passive listener, as React adds them, may not do.
  useEffect(() => {
    const element = frame.current;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const bounds = element?.getBoundingClientRect();
      if (!bounds) return;
      const at = { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
      setView((before) => zoom(before, Math.exp(-Math.max(-80, Math.min(80, event.deltaY)) / 320), at));
    };
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => element?.removeEventListener('wheel', onWheel);
  }, []);

  const goTo = (id: string) => {
    const place = picture.places.get(id);
    if (!place) return;
    setCurrent(id);
    setView((before) => reveal(before, place, ...size()));
    frame.current?.querySelector<HTMLElement>(`[data-place="${CSS.escape(id)}"]`)?.focus({ preventScroll: true });
  };

  useImperativeHandle(handle, () => ({
    fit: () => setView(fit(box.current, ...size())),
    zoom: (factor) => setView((before) => zoom(before, factor, { x: size()[0] / 2, y: size()[1] / 2 })),
    goTo,
  }));

  const onKeyDown = (event: KeyboardEvent) => {
    if (!isDirection(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    const from = (event.target as HTMLElement).dataset['place'];
    if (from === undefined) return;
    event.preventDefault();
    const next = neighbour(picture.places, from, event.key);
    if (next !== undefined) goTo(next);
  };

  const onPointerMove = (event: PointerEvent) => {
    const start = drag.current;
    if (!start) return;
    const [dx, dy] = [event.clientX - start.x, event.clientY - start.y];
    if (!start.moved && Math.hypot(dx, dy) < dragPixels) return;
    if (!start.moved) event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { x: event.clientX, y: event.clientY, moved: true };
    setView((before) => ({ ...before, x: before.x + dx, y: before.y + dy }));
  };

  const looksAt = focus.spot !== undefined || focus.edge !== undefined;
  const first = picture.places.has(current) ? current : ([...picture.places.keys()][0] ?? '');
  const labelled = edges.length <= maxLabels;
  return (
    <div
      className="map-frame"
      ref={frame}
      data-testid="map-frame"
      data-looks={looksAt}
      data-far={view.scale < 0.55}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        if (event.button === 0) drag.current = { x: event.clientX, y: event.clientY, moved: false };
      }}
      onPointerMove={onPointerMove}
      onPointerUp={(event) => {
        const moved = drag.current?.moved;
        drag.current = undefined;
        if (!moved && event.target === event.currentTarget && looksAt) onFocus('');
      }}
      onPointerCancel={() => (drag.current = undefined)}
      onLostPointerCapture={() => (drag.current = undefined)}
    >
      <div className="map-world" style={{ transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})` }}>
        {picture.groups.map((group) => (
          <div key={group.key} className="map-group" style={{ transform: `translate(${group.x}px, ${group.y}px)`, width: group.width, height: group.height }}>
            <span>{group.title}</span>
          </div>
        ))}
        <svg className="map-edges" aria-hidden="true">
          <defs>
            {['ok', 'warn', 'error', 'near'].map((name) => (
              <marker key={name} id={`arrow-${name}`} className={`arrow ${name}`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse" orient="auto">
                <path d="M0 0.500L8 4L0 7.500z" />
              </marker>
            ))}
          </defs>
          {edges.map((edge) => (
            <Edge key={edgeId(edge)} edge={edge} picture={picture} metric={metric} near={focus.edges.has(edgeId(edge))} labelled={labelled && !looksAt} onFocus={onFocus} />
          ))}
        </svg>
        {[...spots.values()].map((spot) => {
          const at = picture.places.get(spot.place.id);
          return at && (
            <Place
              key={spot.place.id}
              spot={spot}
              x={at.x}
              y={at.y}
              pressed={focus.spot === spot}
              near={focus.places.has(spot.place.id)}
              found={found.has(spot.place.id)}
              first={spot.place.id === first}
              onPress={() => onFocus(focus.spot === spot ? '' : spot.place.id)}
              onEnter={() => setCurrent(spot.place.id)}
            />
          );
        })}
      </div>
      <div className="map-zoom" role="group" aria-label="Size">
        <button type="button" className="button square" aria-label="Larger" title="Larger (+)" onClick={() => setView((before) => zoom(before, 1.3, { x: size()[0] / 2, y: size()[1] / 2 }))}><Icon name="plus" /></button>
        <button type="button" className="button square" aria-label="Smaller" title="Smaller (−)" onClick={() => setView((before) => zoom(before, 1 / 1.3, { x: size()[0] / 2, y: size()[1] / 2 }))}><Icon name="minus" /></button>
        <button type="button" className="button square" aria-label="Show all" title="Show all (0)" onClick={() => setView(fit(box.current, ...size()))}><Icon name="fit" /></button>
      </div>
    </div>
  );
}

function Place({ spot, x, y, pressed, near, found, first, onPress, onEnter }: { spot: Spot; x: number; y: number; pressed: boolean; near: boolean; found: boolean; first: boolean; onPress(): void; onEnter(): void }) {
  const { place } = spot;
  const share = failureShare(spot.in);
  const facts = [
    spot.in.calls > 0 && `gets ${formatRate(spot.in.perSecond)}`,
    spot.in.calls > 0 && share > 0 && `${formatShare(share)} fail`,
    spot.out.calls > 0 && `makes ${formatRate(spot.out.perSecond)}`,
  ].filter(Boolean);
  const name = nameOf(place);
  return (
    <button
      type="button"
      className={['map-place', near && 'near', found && 'found'].filter(Boolean).join(' ')}
      data-testid="map-place"
      data-place={place.id}
      data-kind={place.kind}
      data-health={healthOf(share)}
      aria-pressed={pressed}
      aria-label={`${name}, ${kindOf(place)}${place.namespace === '' ? '' : ` in ${place.namespace}`}: ${facts.join(', ')}`}
      title={place.namespace === '' ? name : `${place.namespace}/${name}`}
      tabIndex={first ? 0 : -1}
      style={{ transform: `translate(${x}px, ${y}px)`, width: nodeWidth, height: nodeHeight }}
      onClick={onPress}
      onFocus={onEnter}
    >
      <b>{name}</b>
      <small>{facts.join(' · ')}</small>
    </button>
  );
}

function Edge({ edge, picture, metric, near, labelled, onFocus }: { edge: MapEdge; picture: Picture; metric: Metric; near: boolean; labelled: boolean; onFocus(id: string): void }) {
  const [from, to] = [picture.places.get(edge.from), picture.places.get(edge.to)];
  if (!from || !to) return null;
  const { path, middle } = curve(from, to);
  const health = healthOf(failureShare(edge));
  return (
    <g className={near ? 'map-edge near' : 'map-edge'} data-health={health} data-testid="map-edge" onClick={() => onFocus(edgeId(edge))}>
      <path className="hit" d={path} />
      <path className="line" d={path} strokeWidth={1.2 + Math.min(4, Math.log10(1 + edge.perSecond * 20))} markerEnd={`url(#arrow-${health === 'ok' && near ? 'near' : health})`} />
      {(labelled || near) && <text x={middle.x} y={middle.y}>{metricText(edge, metric)}</text>}
    </g>
  );
}
