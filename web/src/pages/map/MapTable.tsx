import { useState } from 'react';
import { follow } from '../../components/use-page';
import { formatBytes, formatCount, formatDuration } from '../../lib/format';
import type { TimeRange } from '../../lib/time-range';
import { allOf } from '../calls/filter-text';
import { callsAddress, type Range } from '../calls/url-state';
import { type Focus, kindOf, nameOf, type Spot } from './graph';
import { failureShare, formatRate, formatShare, healthOf } from './metrics';
import { edgeId } from './place';
import type { MapEdge, MapPlace } from './types';

interface Props {
  edges: readonly MapEdge[];
  spots: ReadonlyMap<string, Spot>;
  focus: Focus;
  where: string;
  time: TimeRange<Exclude<Range, 'custom'>>;
  onFocus(id: string): void;
}

/** Rows that are drawn; a longer list is narrowed by namespace, words or filter. */
const maxRows = 500;

const columns: { id: string; label: string; value(edge: MapEdge): number }[] = [
  { id: 'calls', label: 'Calls', value: (edge) => edge.calls },
  { id: 'rate', label: 'Rate', value: (edge) => edge.perSecond },
  { id: 'failed', label: 'Failed', value: failureShare },
  { id: 'p50', label: 'p50', value: (edge) => edge.p50Ms ?? -1 },
  { id: 'p95', label: 'p95', value: (edge) => edge.p95Ms ?? -1 },
  { id: 'bytes', label: 'Bytes', value: (edge) => edge.requestBytes + edge.responseBytes },
];

/** The same facts as the picture, for those who read rather than look. */
export function MapTable({ edges, spots, focus, where, time, onFocus }: Props) {
  const [by, setBy] = useState('calls');
  const value = columns.find(({ id }) => id === by)?.value ?? failureShare;
  const shown = focus.edges.size > 0 ? edges.filter((edge) => focus.edges.has(edgeId(edge))) : edges;
  const sorted = [...shown].sort((one, other) => value(other) - value(one));
  return (
    <div className="map-table" role="region" tabIndex={0} aria-label="Who calls whom">
      <table data-testid="map-table">
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">To</th>
            {columns.map(({ id, label }) => (
              <th key={id} scope="col" className="number" aria-sort={id === by ? 'descending' : undefined}>
                <button type="button" onClick={() => setBy(id)}>{label}{id === by ? ' ↓' : ''}</button>
              </th>
            ))}
            <th scope="col">Protocol</th>
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, maxRows).map((edge) => {
            const [from, to] = [spots.get(edge.from)?.place, spots.get(edge.to)?.place];
            if (!from || !to) return null;
            const href = callsAddress(allOf(where, from.source, to.destination), time);
            const share = failureShare(edge);
            return (
              <tr key={edgeId(edge)}>
                <End place={from} onFocus={onFocus} />
                <End place={to} onFocus={onFocus} />
                <td className="number"><a href={href} title="Show these calls" onClick={(event) => follow(event, href)}>{formatCount(edge.calls)}</a></td>
                <td className="number">{formatRate(edge.perSecond)}</td>
                <td className="number" data-health={healthOf(share)}>{formatShare(share)}</td>
                <td className="number">{formatDuration(edge.p50Ms)}</td>
                <td className="number">{formatDuration(edge.p95Ms)}</td>
                <td className="number">{formatBytes(edge.requestBytes + edge.responseBytes)}</td>
                <td>{edge.protocols.join(', ')}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {sorted.length > maxRows && <p className="muted">{`${formatCount(sorted.length - maxRows)} more: choose a namespace or a filter.`}</p>}
    </div>
  );
}

function End({ place, onFocus }: { place: MapPlace; onFocus(id: string): void }) {
  return (
    <td>
      <button type="button" className="map-end" title={kindOf(place)} onClick={() => onFocus(place.id)}>{nameOf(place)}</button>
      {place.namespace !== '' && <span className="muted">{place.namespace}</span>}
    </td>
  );
}
