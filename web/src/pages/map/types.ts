export type PlaceKind = 'service' | 'workload' | 'pod' | 'process' | 'node' | 'host' | 'address' | 'others';

/** Somebody who calls or is called. */
export interface MapPlace {
  id: string;
  kind: PlaceKind;
  /** Empty outside of a cluster. */
  namespace: string;
  name: string;
  /** The filter that takes the calls it makes; empty when it makes none. */
  source: string;
  /** The filter that takes the calls it gets. */
  destination: string;
  /** How many were put together here. */
  members: number;
}

/** The calls from one place to another. */
export interface MapEdge {
  from: string;
  to: string;
  calls: number;
  perSecond: number;
  errors: number;
  clientErrors: number;
  unanswered: number;
  p50Ms: number | null;
  p95Ms: number | null;
  requestBytes: number;
  responseBytes: number;
  protocols: string[];
}

/** Times are Unix milliseconds. */
export interface MapAnswer {
  from: number;
  to: number;
  reachedBackTo: number | null;
  calls: number;
  /** Calls that were looked at: where these are fewer, figures are estimates. */
  looked: number;
  nodes: MapPlace[];
  edges: MapEdge[];
}
