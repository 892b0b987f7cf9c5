/** The catalogue as the center tells it; docs/formats/catalogue.md. */

export interface EndpointSummary {
  id: string;
  service: string;
  kind: 'http' | 'graphql' | 'grpc' | 'websocket';
  method: string;
  template: string;
  operation?: string;
  confirmed: boolean;
  calls: number;
  unanswered: number;
  statuses: Record<string, number>;
  firstSeen: string;
  lastSeen: string;
  latencyMs: { p50: number; p90: number; p99: number };
  auth: string[];
  sensitive: string[];
  example: string;
}

export type Severity = 'info' | 'low' | 'medium' | 'high';

export interface Finding {
  service?: string;
  kind: string;
  severity: Severity;
  method: string;
  template: string;
  detail: string;
  count: number;
}

export interface EndpointList {
  services: string[];
  items: EndpointSummary[];
  findings: Finding[];
}

export interface Explanation {
  segment: string;
  parameter: boolean;
  rule: string;
  why: string;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header' | 'cookie';
  schema?: unknown;
  count?: number;
  always?: boolean;
  distinct?: number;
}

export interface MessageModel {
  count: number;
  content: Record<string, { count: number; malformed: number; schema?: unknown }>;
}

export interface EndpointDetail extends EndpointSummary {
  explanation: Explanation[];
  parameters: Parameter[];
  request: MessageModel;
  responses: Record<string, MessageModel>;
  sensitiveData: { class: string; where: string; count: number }[];
  callers: { name: string; count: number; lastSeen: string }[];
  findings: Finding[];
}

export interface DriftItem {
  kind: string;
  method: string;
  path: string;
  where: string;
  detail: string;
  count: number;
}

export interface DriftReport {
  service: string;
  observed: number;
  matched: number;
  drift: DriftItem[];
  unused: string[];
}
