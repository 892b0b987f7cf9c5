/** The wire types of the center's REST API. Absent and null both mean "not known"; nothing is ever guessed. */

export interface Process {
  pid?: number | null;
  name?: string;
  cgroup?: string;
}

export interface Peer {
  ip: string;
  port: number;
  namespace?: string | null;
  pod?: string | null;
  workload?: string | null;
  service?: string | null;
  process?: Process | null;
  container?: { id: string } | null;
}

export type HeaderPair = [name: string, value: string];

export interface MessageSummary {
  bodyBytes?: number;
  bodyTruncated?: boolean;
}

export interface RequestSummary extends MessageSummary {
  method: string;
  host?: string | null;
  path: string;
  query?: string | null;
}

export interface ResponseSummary extends MessageSummary {
  status: number;
  reason?: string | null;
}

/** `body` is text after content decoding when the encoding is utf8; otherwise the captured bytes in base64. */
export interface MessageContent {
  headers?: HeaderPair[];
  body?: string | null;
  bodyEncoding?: 'utf8' | 'base64' | null;
}

/** In is towards the server. */
export interface WebSocketSession {
  messages?: number;
  messagesIn?: number;
  messagesOut?: number;
  bytesIn?: number;
  bytesOut?: number;
  compressed?: boolean;
  closeCode?: number;
  closeReason?: string;
  /** The first messages, in the full record only. */
  captured?: (MessageContent & { from: 'client' | 'server'; kind: 'text' | 'binary'; at: string; bytes: number; bodyTruncated?: boolean })[];
}

export interface GrpcCall {
  service?: string;
  method?: string;
  status?: number | null;
  message?: string;
  requestMessages?: number;
  responseMessages?: number;
  /** Decoded messages, in the full record and where a schema is known. */
  requestJson?: unknown;
  responseJson?: unknown;
}

export interface DnsLookup {
  id?: number;
  name?: string;
  type?: string;
  responseCode?: string | null;
  overTcp?: boolean;
  authoritative?: boolean;
  truncated?: boolean;
  answerCount?: number;
  /** In the full record only. */
  answers?: { name: string; type: string; ttl: number; data: string }[];
}

interface ExchangeBase<TRequest, TResponse> {
  id: string;
  /** UTC, up to nanoseconds: the first byte of the request. */
  startedAt: string;
  /** From the first byte of the request to the last byte of the response. */
  durationMs?: number | null;
  source?: string;
  node?: string | null;
  protocol?: string;
  scheme?: string;
  complete: boolean;
  /** Not over yet: the same id comes again, with more, and at last without this. */
  inProgress?: boolean;
  client: Peer;
  server: Peer;
  request: TRequest | null;
  response: TResponse | null;
  endpoint?: string | null;
  tcp?: { handshakeRttMs?: number | null; retransmissions?: number; gapBytes?: number; resets?: number; zeroWindows?: number; clientBytes?: number; serverBytes?: number } | null;
  /** Read inside a TLS library; `binding` says how the addresses are known. */
  tls?: { library: string; binding: string } | null;
  tunnel?: { kind: string; source?: string; destination?: string; id?: number } | null;
  streamId?: number;
  anomalies?: string[];
  sensitive?: { class: string; where: string; count: number }[];
  grpc?: GrpcCall | null;
  webSocket?: WebSocketSession | null;
  graphql?: { operations?: { type: string; name?: string | null; field?: string | null }[] } | null;
  dns?: DnsLookup | null;
  /** Server-sent events of the response. */
  eventStream?: { events?: number } | null;
  /** Phases of the call, where the probe saw the edges of both messages. */
  timing?: { requestMs?: number | null; waitMs?: number | null; responseMs?: number | null } | null;
}

export type CallSummary = ExchangeBase<RequestSummary, ResponseSummary>;
export type Call = ExchangeBase<RequestSummary & MessageContent, ResponseSummary & MessageContent>;
export type CallRequest = NonNullable<Call['request']>;
export type CallResponse = NonNullable<Call['response']>;

export interface CallPage {
  items: CallSummary[];
  next: string | null;
  scanned?: number;
}

/** One line of the loss ledger, in plain words. */
export interface LedgerEntry {
  plane: string;
  interface: string;
  stage: string;
  reason: string;
  count: number;
  unit: string;
  meaning: string;
}

export interface Status {
  version?: string;
  startedAt?: string;
  uptimeSeconds?: number;
  capture?: {
    packets?: number;
    bytes?: number;
    exchanges?: number;
    connections?: number;
    dropped?: Record<string, number>;
    /** Encrypted connections of which nothing can be read, by process. */
    opaque?: Record<string, number>;
    ledger?: LedgerEntry[];
    interfaces?: { name: string; frames?: number; bytes?: number; kernelDrops?: number; truncated?: number }[];
  };
  storage?: {
    exchanges?: number; bytes?: number; oldest?: string | null; newest?: string | null; stored?: number; duplicates?: number;
    deletedByAge?: number; deletedBySize?: number; failures?: number; lastError?: string | null; readable?: number;
  };
  ingest?: Record<string, unknown>;
  live?: { subscribers?: number; dropped?: number };
  /** The example services run. */
  demo?: boolean;
  settings?: Record<string, string | number>;
}

/** Calls of one bar of the histogram, by how they ended. */
export type StatusClass = 'none' | 'informational' | 'success' | 'redirect' | 'clientError' | 'serverError' | 'other';
export type OverviewBar = { start: number } & Record<StatusClass, number>;

export interface OverviewField {
  field: string;
  values: { value: string; count: number }[];
  others: number;
}

/** Times are Unix milliseconds. */
export interface Overview {
  from: number;
  to: number;
  matched: number;
  scanned: number;
  fieldsCounted: number;
  reachedBackTo: number | null;
  buckets: OverviewBar[];
  fields: OverviewField[];
}

/** Who is logged in; without authentication, everybody. */
export interface Session {
  user: string;
  role: 'viewer' | 'operator' | 'admin';
  expiresAt: string | null;
  authentication: boolean;
}

/** The same of a visitor, who may not be logged in. */
export interface Visitor extends Omit<Session, 'user' | 'role'> {
  user: string | null;
  role: Session['role'] | null;
}

export interface FilterField {
  name: string;
  type: string;
  description: string;
}

/** RFC 9457, with the place in the filter that is wrong. `column` counts from 1. */
export interface Problem {
  title: string;
  detail?: string;
  status?: number;
  column?: number;
  length?: number;
}
