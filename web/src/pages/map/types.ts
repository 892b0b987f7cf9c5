import type { CallMapAnswer, CallMapEdge, CallMapPlace } from '../../api/openapi';

export type PlaceKind = 'service' | 'workload' | 'pod' | 'process' | 'node' | 'host' | 'address' | 'others';
export type MapPlace = Omit<CallMapPlace, 'kind'> & { kind: PlaceKind };
export type MapEdge = CallMapEdge;
export type MapAnswer = Omit<CallMapAnswer, 'nodes'> & { nodes: MapPlace[] };
