/** Incidents, alerts and limits as the center tells them; docs/guides/alerts.md and rate-limits.md. */

export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical';

export interface Incident {
  id: string;
  number: number;
  state: 'open' | 'closed';
  kind: string;
  severity: Severity;
  score: number;
  startedAt: string;
  detectedAt: string;
  lastAt: string;
  /** Address of who does it; not there when it is many. */
  source?: string;
  /** Address and port of who is asked; not there when it is many. */
  server?: string;
  namespace?: string;
  service?: string;
  findings: number;
  reasons: { feature: string; usual?: number; present?: number }[];
  /** Ids of calls, and of flows as source-destination-port-port-protocol. */
  evidence: string[];
  key: string;
}

export interface IncidentList {
  items: Incident[];
  isLearning: boolean;
}

export interface Delivery {
  /** Not there where a silence held it back for everybody. */
  receiver?: string;
  kind?: string;
  status: 'firing' | 'resolved';
  severity: Severity;
  takenAt: string;
  state: 'waiting' | 'trying' | 'delivered' | 'refused' | 'silenced';
  at: string;
  attempts: number;
  problem?: string;
}

export interface Silence {
  id: string;
  namespace?: string;
  service?: string;
  kind?: string;
  source?: string;
  startsAt: string;
  endsAt: string;
  comment?: string;
  by: string;
}

export interface Receiver {
  name: string;
  kind: string;
  destination: string;
  minSeverity: Severity;
  namespaces: string[];
  delivered: number;
  waiting: number;
  refused: number;
  expired: number;
  problem?: string;
}

export interface Alerts {
  destinations: Receiver[];
  pending: number;
  silences: Silence[];
}

export interface Target {
  kind: string;
  namespace: string;
  name: string;
}

export interface Effective {
  bucket: string;
  rates: { requests: number; seconds: number; atOnce: number }[];
  connections?: number;
  statusCode: number;
}

export interface Limit {
  id: string;
  state: 'applying' | 'active' | 'reverting' | 'reverted' | 'replaced' | 'failed' | 'dry_run';
  target: Target;
  rps?: number;
  rpm?: number;
  burst?: number;
  connections?: number;
  provider: string;
  effective: Effective;
  objects: string[];
  warnings: string[];
  createdAt: string;
  expiresAt?: string;
  endedAt?: string;
  by: string;
  reason?: string;
  incident?: string;
  error?: string;
  left: string[];
}

export interface LimitOrder {
  target: Target;
  rps?: number;
  rpm?: number;
  burst?: number;
  connections?: number;
  ttlSeconds?: number;
  takeOver?: boolean;
  dryRun?: boolean;
  reason?: string;
}

export interface Preview {
  provider: string;
  effective: Effective;
  objects: { object: string; diff: string; yaml: string }[];
  warnings: string[];
  conflicts: { field: string; manager: string; isGitOps: boolean }[];
  unavailable?: string;
  traffic?: { from: string; services: string[]; calls: number; blocked: number; isComplete: boolean; clients: { client: string; calls: number; blocked: number }[] };
}

export interface Check {
  isApplied: boolean;
  missing: string[];
  present: Record<string, string>;
}

export interface Auto {
  mode: 'off' | 'dry_run' | 'on';
  allow: string[];
  severity: Severity;
  kinds: string[];
  rps?: number;
  rpm?: number;
  connections?: number;
  ttlSeconds: number;
  maxPerHour: number;
  madeThisHour: number;
}

export interface Change {
  number: number;
  at: string;
  by: string;
  action: string;
  subject: string;
  detail?: string;
}
