/** What the center knows of its cluster beside the traffic. */

export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical';

export interface Pod {
  name: string;
  status: string | null;
  node: string | null;
  ip: string | null;
  containers: string[];
}

export interface ClusterInfo {
  nodes: { total: number; ready: number };
  pods: { total: number; running: number; pending: number };
  /** Per cent of what pods may use; null where nobody measures. */
  resources: { cpu: number | null; memory: number | null; storage: number | null };
  deployments: number;
  events: { type: string | null; resource: string; message: string | null; time: string }[];
  namespaces: { name: string; pods: Pod[] }[];
}

export interface Smell {
  id: string;
  title?: string;
  severity: Severity;
  kind?: string;
  namespace?: string;
  objectName?: string;
  container?: string;
  message: string;
  remediation?: string;
}

export interface Smells {
  available: boolean;
  reason?: string | null;
  scannedAt?: string | null;
  summary?: { omitted?: number; suppressed?: number };
  findings: Smell[];
}

export interface Counts {
  critical: number;
  high: number;
  medium: number;
  low: number;
  unknown: number;
}

export interface Scan {
  id: string;
  image: string;
  startedAt: string;
  finishedAt: string | null;
  state: 'running' | 'done' | 'failed';
  error: string | null;
  counts: Counts | null;
  /** Scans that are made before it. */
  ahead?: number | null;
}

export interface Scans {
  scanner: { available: boolean; version: string | null; databaseUpdatedAt: string | null; reason: string | null };
  scans: Scan[];
}

export interface Vulnerability {
  id: string;
  severity: string;
  package: string;
  installed: string;
  fixed?: string;
  title?: string;
  target?: string;
}

export interface ScanReport extends Scan {
  vulnerabilities?: Vulnerability[];
  omitted?: number;
  operatingSystem?: string;
  endOfLife?: boolean;
}

export interface Policy {
  name: string;
  /** Null for one of the whole cluster. */
  namespace?: string | null;
  kind?: string;
  mode?: string | null;
  hooks?: string[];
  curated?: boolean;
}

export interface Policies {
  available: boolean;
  reason?: string | null;
  policies: Policy[];
}

export interface CuratedPolicy {
  name: string;
  mode: string;
  description: string;
  yaml: string;
}

export interface ProcessEvent {
  time: string;
  node?: string;
  type: string;
  policy?: string;
  namespace?: string;
  pod?: string;
  container?: string;
  binary?: string;
  arguments?: string;
  pid?: number;
  parentBinary?: string;
  /** What Tetragon did about it. */
  action?: string;
  detail?: string;
  source?: string;
  destination?: string;
  /** Ids of calls of the same pod, and process where it is known, within seconds of it. */
  exchanges?: string[];
}

export interface ProcessEvents {
  available: boolean;
  reason?: string | null;
  events: ProcessEvent[];
}
