import { Icon } from '../../components/Icon';
import { follow } from '../../components/use-page';
import { formatBytes, formatCount, formatDuration, plural } from '../../lib/format';
import type { TimeRange } from '../../lib/time-range';
import { allOf } from '../calls/filter-text';
import { callsAddress, type Range } from '../calls/url-state';
import { type Focus, kindOf, nameOf, type Spot } from './graph';
import { failureShare, type Flow, formatRate, formatShare, healthOf } from './metrics';
import { edgeId } from './place';
import type { MapEdge } from './types';

interface Props {
  focus: Focus;
  spots: ReadonlyMap<string, Spot>;
  where: string;
  time: TimeRange<Exclude<Range, 'custom'>>;
  alone: boolean;
  onAlone(alone: boolean): void;
  onFocus(id: string): void;
}

/** What is known of the place or the edge that is looked at, and the way to its calls. */
export function MapDetail({ focus, spots, where, time, alone, onAlone, onFocus }: Props) {
  const { spot, edge } = focus;
  const calls = (...filters: string[]) => callsAddress(allOf(where, ...filters), time);
  const ends = edge && [spots.get(edge.from)?.place, spots.get(edge.to)?.place] as const;
  return (
    <aside className="map-detail" aria-label="What is looked at" data-testid="map-detail">
      <header>
        <div>
          <h2>{spot ? nameOf(spot.place) : ends?.map((place) => (place ? nameOf(place) : '')).join(' → ')}</h2>
          <p className="muted">{spot ? `${kindOf(spot.place)}${spot.place.namespace === '' ? '' : ` in ${spot.place.namespace}`}` : edge?.protocols.join(', ')}</p>
        </div>
        <button type="button" className="button quiet square" aria-label="Close" title="Close (Esc)" onClick={() => onFocus('')}><Icon name="close" /></button>
      </header>
      {spot && (
        <>
          <p className="map-actions">
            <button type="button" className="chip" aria-pressed={alone} data-testid="map-alone" title="Only this and its neighbours (n)" onClick={() => onAlone(!alone)}>Only its neighbours</button>
          </p>
          {spot.in.calls > 0 && <Sum title="Calls it gets" flow={spot.in} href={calls(spot.place.destination)} testId="calls-in" />}
          {spot.out.calls > 0 && <Sum title="Calls it makes" flow={spot.out} href={calls(spot.place.source)} testId="calls-out" />}
          <Neighbours title="Called by" edges={spot.incoming} other={(one) => spots.get(one.from)?.place} onFocus={onFocus} />
          <Neighbours title="Calls" edges={spot.outgoing} other={(one) => spots.get(one.to)?.place} onFocus={onFocus} />
        </>
      )}
      {edge && ends && (
        <>
          <Sum title="Calls" flow={{ ...edge, bytes: edge.requestBytes + edge.responseBytes }} href={calls(ends[0]?.source ?? '', ends[1]?.destination ?? '')} testId="calls-edge" />
          <dl className="map-facts">
            <div><dt>Half take up to</dt><dd>{formatDuration(edge.p50Ms)}</dd></div>
            <div><dt>95 in 100 take up to</dt><dd>{formatDuration(edge.p95Ms)}</dd></div>
            <div><dt>Server errors</dt><dd>{formatCount(edge.errors)}</dd></div>
            <div><dt>Client errors (4xx)</dt><dd>{formatCount(edge.clientErrors)}</dd></div>
            <div><dt>No answer seen</dt><dd>{formatCount(edge.unanswered)}</dd></div>
            <div><dt>Sent</dt><dd>{formatBytes(edge.requestBytes)}</dd></div>
            <div><dt>Received</dt><dd>{formatBytes(edge.responseBytes)}</dd></div>
          </dl>
          <p className="map-actions">
            {ends.map((place, index) => place && <button key={index} type="button" className="chip" onClick={() => onFocus(place.id)}>{nameOf(place)}</button>)}
          </p>
        </>
      )}
    </aside>
  );
}

function Sum({ title, flow, href, testId }: { title: string; flow: Flow; href: string; testId: string }) {
  const share = failureShare(flow);
  return (
    <section className="map-sum">
      <h3>{title}</h3>
      <p>
        <b>{formatRate(flow.perSecond)}</b>
        <span data-health={healthOf(share)}>{`${formatShare(share)} failed`}</span>
        <span>{formatBytes(flow.bytes)}</span>
      </p>
      <a href={href} data-testid={testId} onClick={(event) => follow(event, href)}>{`Show ${plural(flow.calls, 'call')}`}<Icon name="arrow" /></a>
    </section>
  );
}

function Neighbours({ title, edges, other, onFocus }: { title: string; edges: readonly MapEdge[]; other(edge: MapEdge): Spot['place'] | undefined; onFocus(id: string): void }) {
  if (edges.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <ul className="map-neighbours">
        {edges.map((edge) => {
          const place = other(edge);
          const share = failureShare(edge);
          return place && (
            <li key={edgeId(edge)}>
              <button type="button" title={`What goes on with ${nameOf(place)}`} onClick={() => onFocus(edgeId(edge))}>
                <span>{nameOf(place)}</span>
                <b>{formatRate(edge.perSecond)}</b>
                <i data-health={healthOf(share)}>{share > 0 ? formatShare(share) : formatDuration(edge.p95Ms)}</i>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
