import type { Overview, OverviewBar, StatusClass } from '../../api/types';
import { celString } from './filter-text';

/** The fields whose values are counted, in the order in which they stand beside the list. */
const definitions: { field: string; label: string; open: boolean }[] = [
  { field: 'dst.service.name', label: 'Service', open: true },
  { field: 'host', label: 'Host', open: true },
  { field: 'method', label: 'Method', open: true },
  { field: 'endpoint', label: 'Endpoint', open: true },
  { field: 'path', label: 'Path', open: true },
  { field: 'src.name', label: 'Client', open: true },
  { field: 'dst.name', label: 'Server', open: false },
  { field: 'protocol', label: 'Protocol', open: false },
  { field: 'node_name', label: 'Node', open: false },
  { field: 'capture_source', label: 'Seen by', open: false },
  { field: 'anomalies', label: 'Oddities', open: false },
];

export const facetFields = definitions.map((definition) => definition.field);

export interface FacetValue {
  label: string;
  count: number;
  clause: string;
  /** The clause that leaves it out. */
  without: string;
  /** Of a class of status. */
  tone?: StatusClass;
}

export interface Facet {
  id: string;
  label: string;
  open: boolean;
  values: FacetValue[];
  others: number;
}

export const statusClasses: { id: StatusClass; label: string; clause: string; without: string }[] = [
  { id: 'success', label: '2xx success', clause: '(status_code >= 200 && status_code < 300)', without: '!(status_code >= 200 && status_code < 300)' },
  { id: 'redirect', label: '3xx redirect', clause: '(status_code >= 300 && status_code < 400)', without: '!(status_code >= 300 && status_code < 400)' },
  { id: 'clientError', label: '4xx client error', clause: '(status_code >= 400 && status_code < 500)', without: '!(status_code >= 400 && status_code < 500)' },
  { id: 'serverError', label: '5xx server error', clause: '(status_code >= 500 && status_code < 600)', without: '!(status_code >= 500 && status_code < 600)' },
  { id: 'informational', label: '1xx', clause: '(status_code >= 100 && status_code < 200)', without: '!(status_code >= 100 && status_code < 200)' },
  { id: 'none', label: 'No response', clause: '(http && status_code == 0)', without: '!(http && status_code == 0)' },
  { id: 'other', label: 'Not HTTP', clause: '!http', without: 'http' },
];

/** From the bottom of a bar to its top: what needs a look stands where bars are compared best. */
export const stackOrder: StatusClass[] = ['serverError', 'clientError', 'none', 'redirect', 'success', 'informational', 'other'];

export const barTotal = (bar: OverviewBar) => stackOrder.reduce((sum, name) => sum + bar[name], 0);

/** What stands beside the list. A field without any value is left out; paths are, where endpoints are known. */
export function facetsOf(overview: Overview | undefined): Facet[] {
  if (!overview) return [];
  const status: Facet = {
    id: 'status', label: 'Status', open: true, others: 0,
    values: statusClasses
      .map(({ id, label, clause, without }) => ({ label, clause, without, tone: id, count: overview.buckets.reduce((sum, bar) => sum + bar[id], 0) }))
      .filter((value) => value.count > 0),
  };
  const counted = new Map(overview.fields.map((field) => [field.field, field]));
  const named = (counted.get('endpoint')?.values.length ?? 0) > 0;
  const facets = definitions.flatMap(({ field, label, open }) => {
    const counts = counted.get(field);
    if (!counts || counts.values.length === 0 || (field === 'path' && named)) return [];
    const values = counts.values.map(({ value, count }) => ({
      label: field === 'anomalies' ? value.replaceAll('_', ' ') : value, count, ...clausesOf(field, value),
    }));
    return [{ id: field, label, open, values, others: counts.others }];
  });
  return status.values.length > 0 ? [status, ...facets] : facets;
}

export function clausesOf(field: string, value: string): { clause: string; without: string } {
  const text = celString(value);
  return field === 'anomalies'
    ? { clause: `${text} in anomalies`, without: `!(${text} in anomalies)` }
    : { clause: `${field} == ${text}`, without: `${field} != ${text}` };
}
