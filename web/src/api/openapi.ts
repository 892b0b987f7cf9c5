// Made of docs/openapi.json by scripts/api-types.mjs. Do not change it: npm run types writes it anew.

/** RFC 6749 §5.1. */
export interface AccessTokenAnswer {
  access_token: string;
  token_type: string;
  expires_in: number;
}

/** One thing that a receiver is told about an incident. */
export interface AlertDelivery {
  /** As the configuration calls it; null where a silence held it back for all. */
  receiver?: null | string;
  /** `slack` …; null with the receiver. */
  kind?: null | string;
  /** Whether it is the beginning, or the end. */
  status: AlertStatus;
  /** As it was told. */
  severity: AlertSeverity;
  /** When it was taken for the receiver. */
  takenAt: string;
  /** How far it came. */
  state: DeliveryState;
  /** When that was known. */
  at: string;
  /** How often it was tried. */
  attempts: number;
  /** What stood in the way of the last attempt; null when nothing did. */
  problem?: null | string;
}

/** How a receiver fares. */
export interface AlertDestination {
  /** As the configuration calls it. */
  name: string;
  /** `slack` … */
  kind: string;
  /** Without what is secret. */
  destination: string;
  /** Lowest severity that it is told of. */
  minSeverity: AlertSeverity;
  /** Patterns; empty for all. */
  namespaces: string[];
  /** Alerts it took since the start. */
  delivered: number;
  /** Alerts on disk. */
  waiting: number;
  /** Alerts it called wrong. */
  refused: number;
  /** Alerts that became too old. */
  expired: number;
  /** What stands in the way now; null when nothing does. */
  problem?: null | string;
}

export interface AlertOverview {
  /** Receivers. */
  destinations: AlertDestination[];
  /** Groups of alerts that wait. */
  pending: number;
  /** What is not told. */
  silences: Silence[];
}

/** How soon someone should look. */
export type AlertSeverity = 'info' | 'low' | 'medium' | 'high' | 'critical';

export type AlertStatus = 'firing' | 'resolved';

export interface AlertTest {
  /** The receiver. */
  name: string;
  /** It took the test. */
  taken: boolean;
  /** What it answered otherwise. */
  problem: string;
}

export interface AuditLine {
  /** When the answer was known. */
  at: string;
  /** `login`, `change` or `read`. */
  kind: string;
  /** User; of a login, the name that was tried. */
  actor: string;
  /** How that was shown: password, link, session, access_token, api_token NAME, console, none. */
  via: string;
  /** From where. */
  address: string;
  /** Name of the operation in the OpenAPI document. */
  action: string;
  /** What it was done to. */
  target: string;
  /** HTTP status of the answer. */
  status: number;
  /** What changed. */
  detail: string;
}

export interface AuditPage {
  /** Newest first. */
  items: AuditLine[];
  /** The parameter `before` of the next page; null at the end. */
  next?: null | string;
}

/** What incidents may do by themselves. */
export interface AutoLimitView {
  /** `off`, `dry_run` or `on`. */
  mode: string;
  /** Targets that may be limited, NAMESPACE/NAME with *. */
  allow: string[];
  /** From which on. */
  severity: Severity;
  /** Kinds of incident. */
  kinds: string[];
  /** Requests per second of the limit. */
  rps?: null | number;
  /** Requests per minute. */
  rpm?: null | number;
  /** Connections at the same time. */
  connections?: null | number;
  /** When it ends. */
  ttlSeconds: number;
  /** Changes within an hour. */
  maxPerHour: number;
  /** Of them, those that were made. */
  madeThisHour: number;
}

/** One client's share. */
export interface BlockedClient {
  client: string;
  calls: number;
  blocked: number;
}

export type BodyEncoding = 'utf8' | 'base64' | null;

/** Bodies of one media type. */
export interface BodyFacts {
  count: number;
  malformed: number;
  schema?: null | JsonNode;
}

/** How a provider counts. */
export type BucketKind = 'leaky' | 'token';

/** Who calls whom. */
export interface CallMapAnswer {
  /** Start asked for, Unix milliseconds. */
  from: number;
  /** End, Unix milliseconds. */
  to: number;
  /** What is told reaches back to here only, Unix milliseconds, because time ran out; null when it is complete. */
  reachedBackTo?: null | number;
  /** Calls that match the filter. */
  calls: number;
  /** Calls that were looked at; where these are fewer, all figures are estimates from an even share of the time. */
  looked: number;
  /** Places. */
  nodes: CallMapPlace[];
  /** What goes on between them, the most calls first. */
  edges: CallMapEdge[];
}

/** The calls from one place to another. */
export interface CallMapEdge {
  /** Id of the place that calls. */
  from: string;
  /** Id of the place that is called. */
  to: string;
  /** How many. */
  calls: number;
  /** Of the time that is told. */
  perSecond: number;
  /** Answers 5xx, gRPC that did not succeed, lookups that failed. */
  errors: number;
  /** Answers 4xx. */
  clientErrors: number;
  /** Calls without an answer that was seen. */
  unanswered: number;
  /** Half of the calls took at most this long, milliseconds; null where none was answered. */
  p50Ms?: null | number;
  /** The same of 95 in 100. */
  p95Ms?: null | number;
  /** Of request bodies, on the wire. */
  requestBytes: number;
  /** Of response bodies. */
  responseBytes: number;
  /** HTTP/1.1, HTTP/2, DNS …. */
  protocols: string[];
}

/** A place of the map. */
export interface CallMapPlace {
  /** Tells it apart from the others, today and tomorrow. */
  id: string;
  /** service, workload, pod, process, node, host, address or others. */
  kind: string;
  /** Empty outside of a cluster. */
  namespace: string;
  /** As a person reads it; empty for others. */
  name: string;
  /** The filter that takes the calls it makes; empty when it makes none. */
  source: string;
  /** The filter that takes the calls it gets; empty when it gets none. */
  destination: string;
  /** How many places were put together here; 1 for most. */
  members: number;
}

/** A page of calls. */
export interface CallPage {
  /** Newest first; with detail=full each is a CallRecord. */
  items: CallSummary[];
  /** Cursor of the next page; null on the last. */
  next?: null | string;
  /** Stored calls that were looked at. */
  scanned: number;
}

/** A call whole. */
export interface CallRecord {
  request?: null | RequestRecord;
  response?: null | ResponseRecord;
  id: string;
  /** UTC: the first byte of the request. */
  startedAt?: null | string;
  /** From the first byte of the request to the last byte of the response. */
  durationMs?: null | number;
  source?: null | string;
  node?: null | string;
  protocol?: null | string;
  /** Of HTTP/2. */
  streamId?: null | number;
  scheme?: null | string;
  /** Nothing of it is missing. */
  complete: boolean;
  /** Not over yet: the same id comes again, with more, and at last without this. */
  inProgress?: null | boolean;
  client: PeerDescription;
  server: PeerDescription;
  /** Path template. */
  endpoint?: null | string;
  tcp?: null | TcpFacts;
  tls?: null | TlsFacts;
  tunnel?: null | TunnelFacts;
  anomalies?: null | string[];
  sensitive?: null | SensitivePlace[];
  credentials?: null | CredentialFacts;
  grpc?: null | GrpcFacts;
  webSocket?: null | WebSocketFacts;
  graphql?: null | GraphQlFacts;
  dns?: null | DnsFacts;
  eventStream?: null | EventStreamFacts;
  timing?: null | TimingFacts;
}

/** A call as lists have it. */
export interface CallSummary {
  request?: null | RequestSummary;
  response?: null | ResponseSummary;
  id: string;
  /** UTC: the first byte of the request. */
  startedAt?: null | string;
  /** From the first byte of the request to the last byte of the response. */
  durationMs?: null | number;
  source?: null | string;
  node?: null | string;
  protocol?: null | string;
  /** Of HTTP/2. */
  streamId?: null | number;
  scheme?: null | string;
  /** Nothing of it is missing. */
  complete: boolean;
  /** Not over yet: the same id comes again, with more, and at last without this. */
  inProgress?: null | boolean;
  client: PeerDescription;
  server: PeerDescription;
  /** Path template. */
  endpoint?: null | string;
  tcp?: null | TcpFacts;
  tls?: null | TlsFacts;
  tunnel?: null | TunnelFacts;
  anomalies?: null | string[];
  sensitive?: null | SensitivePlace[];
  credentials?: null | CredentialFacts;
  grpc?: null | GrpcFacts;
  webSocket?: null | WebSocketFacts;
  graphql?: null | GraphQlFacts;
  dns?: null | DnsFacts;
  eventStream?: null | EventStreamFacts;
  timing?: null | TimingFacts;
}

/** Who called an endpoint. */
export interface CallerFacts {
  name: string;
  count: number;
  lastSeen: string;
  firstSeen?: null | string;
}

/** What was captured in this process. */
export interface CaptureFacts {
  packets?: null | number;
  bytes?: null | number;
  exchanges?: null | number;
  connections?: null | number;
  dropped?: null | Record<string, number>;
  /** Encrypted connections of which nothing can be read, by pod and process. */
  opaque?: null | Record<string, number>;
  ledger?: null | LedgerLine[];
  interfaces?: null | InterfaceFacts[];
}

/** Something that somebody changed. */
export interface ChangeEntry {
  /** Counts up; each center counts for itself. */
  number: number;
  /** When. */
  at: string;
  /** Who: a user, or `auto` and `expiry` for Weir itself. */
  by: string;
  /** Such as `ratelimit.apply`. */
  action: string;
  /** What was changed. */
  subject: string;
  /** With what result. */
  detail?: null | string;
}

/** The cluster at a glance. */
export interface ClusterAnswer {
  nodes: NodeCounts;
  pods: PodCounts;
  resources: ResourceShares;
  deployments: number;
  events: ClusterEvent[];
  namespaces: NamespacePods[];
}

/** An event of the cluster. */
export interface ClusterEvent {
  type?: null | string;
  resource: string;
  message?: null | string;
  time?: null | string;
}

export interface ContainerDescription {
  id: string;
}

export interface CreatedToken {
  id: string;
  name: string;
  role: string;
  token: string;
  expiresAt?: null | string;
}

export interface CreatedUser {
  /** Of the user. */
  name: string;
  /** Of the user. */
  role: string;
  /** The one that was made up; null when it was given. */
  password?: null | string;
}

/** What the Authorization field was worth before it was masked. */
export interface CredentialFacts {
  kinds?: null | string[];
  flaws?: null | string[];
  role?: null | string;
}

export interface CuratedView {
  /** Name. */
  name: string;
  /** Null for one of the whole cluster. */
  namespace?: null | string;
  /** TracingPolicy or TracingPolicyNamespaced. */
  kind: string;
  /** monitor or enforce. */
  mode: string;
  /** What is hooked. */
  hooks: string[];
  /** What it watches. */
  description: string;
  /** As it can be applied. */
  yaml: string;
}

/** How far the word about an incident has come to a receiver. */
export type DeliveryState = 'waiting' | 'trying' | 'delivered' | 'refused' | 'silenced';

/** A resource record of an answer; ttl in seconds. */
export interface DnsAnswerFacts {
  name: string;
  type: string;
  ttl: number;
  data: string;
}

/** A name lookup. */
export interface DnsFacts {
  id?: null | number;
  name?: null | string;
  type?: null | string;
  responseCode?: null | string;
  overTcp?: null | boolean;
  authoritative?: null | boolean;
  truncated?: null | boolean;
  answerCount?: null | number;
  /** In the full record only. */
  answers?: null | DnsAnswerFacts[];
}

/** What a service does that its specification does not say. */
export interface DriftAnswer {
  service: string;
  observed: number;
  matched: number;
  drift: DriftLine[];
  unused: string[];
}

/** Where traffic and specification differ. */
export interface DriftLine {
  kind: string;
  method: string;
  path: string;
  where: string;
  detail: string;
  count: number;
}

/** What a plan does in the end, whatever was asked for. */
export interface EffectiveLimit {
  bucket: BucketKind;
  rates: EffectiveRate[];
  connections?: null | number;
  statusCode: number;
}

/** One rate as the provider will count it. */
export interface EffectiveRate {
  /** In each Seconds. */
  requests: number;
  /** 1 or 60. */
  seconds: number;
  /** Requests that are let through at one moment after a silence. */
  atOnce: number;
}

/** An endpoint whole. */
export interface EndpointDetail {
  explanation: SegmentExplanation[];
  parameters: ParameterFacts[];
  request: MessageFacts;
  /** By status. */
  responses: Record<string, MessageFacts>;
  sensitiveData: SensitivePlace[];
  callers: CallerFacts[];
  findings: SecurityFindingFacts[];
  id: string;
  service: string;
  /** http, graphql, grpc or websocket. */
  kind: string;
  method: string;
  template: string;
  /** Of GraphQL. */
  operation?: null | string;
  confirmed: boolean;
  calls: number;
  unanswered: number;
  /** Calls by status. */
  statuses: Record<string, number>;
  firstSeen: string;
  lastSeen: string;
  latencyMs: LatencyFacts;
  auth: string[];
  sensitive: string[];
  example: string;
}

/** All endpoints. */
export interface EndpointList {
  services: string[];
  items: EndpointSummary[];
  findings: SecurityFindingFacts[];
}

/** An endpoint as lists have it; docs/formats/catalogue.md. */
export interface EndpointSummary {
  id: string;
  service: string;
  /** http, graphql, grpc or websocket. */
  kind: string;
  method: string;
  template: string;
  /** Of GraphQL. */
  operation?: null | string;
  confirmed: boolean;
  calls: number;
  unanswered: number;
  /** Calls by status. */
  statuses: Record<string, number>;
  firstSeen: string;
  lastSeen: string;
  latencyMs: LatencyFacts;
  auth: string[];
  sensitive: string[];
  example: string;
}

/** What came and what became of it since the start. */
export interface EventCounters {
  /** Events that were read. */
  events: number;
  /** Those that were new. */
  stored: number;
  /** Of kinds that are not known here. */
  skipped: number;
  /** Lines and messages that are no events. */
  malformed: number;
  /** Lines that are longer than allowed. */
  tooLong: number;
  /** Events that found the queue full, or the store refusing. */
  dropped: number;
}

/** One place that events come from, as it is now. */
export interface EventSource {
  /** File or agent. */
  address: string;
  /** It can be read. */
  connected: boolean;
  /** Why not; null when it can. */
  error?: null | string;
}

/** Server-sent events of the response. */
export interface EventStreamFacts {
  events?: null | number;
}

/** A field of the filter language. */
export interface FieldDescription {
  name: string;
  type: string;
  description: string;
}

/** What a detector says is going on. Names on the record: docs/formats/findings.md. */
export type FindingKind = 'flood' | 'slow_connections' | 'scan' | 'password_guessing' | 'error_ratio' | 'new_caller' | 'new_endpoint' | 'payload_size' | 'attack_sequence';

/** Operations of a GraphQL request. */
export interface GraphQlFacts {
  operations?: null | GraphQlOperationFacts[];
}

export interface GraphQlOperationFacts {
  type: string;
  name?: null | string;
  field?: null | string;
}

/** A call of gRPC. */
export interface GrpcFacts {
  service?: null | string;
  method?: null | string;
  status?: null | number;
  message?: null | string;
  requestMessages?: null | number;
  responseMessages?: null | number;
  requestMessageBytes?: null | number;
  responseMessageBytes?: null | number;
  requestJson?: null | JsonNode;
  responseJson?: null | JsonNode;
}

export type IFormFile = string;

/** The form of an older dashboard. */
export interface ImageNameBody {
  image_name?: null | string;
}

export interface IncidentList {
  /** Newest first. */
  items: IncidentRecord[];
  /** What is usual is still being learned, and nothing is reported. */
  isLearning: boolean;
}

/** One number that made an incident, beside what it usually is; null where nothing is known. */
export interface IncidentReason {
  feature: string;
  usual?: null | number;
  present?: null | number;
}

/** An incident as it is kept and shown. */
export interface IncidentRecord {
  /** A ULID. */
  id: string;
  /** Counts up over the life of the store; each center counts for itself. */
  number: number;
  state: IncidentState;
  kind: FindingKind;
  severity: Severity;
  score: number;
  startedAt: string;
  detectedAt: string;
  lastAt: string;
  /** Address of who does it; null when it is many. */
  source?: null | string;
  /** Address and port of who is asked; null when it is many. */
  server?: null | string;
  namespace?: null | string;
  service?: null | string;
  findings: number;
  reasons: IncidentReason[];
  /** Ids of calls and flows. */
  evidence: string[];
  /** The same thing whenever it happens: kind, who and whom. */
  key?: null | string;
}

export type IncidentState = 'open' | 'closed';

/** A device, and what came from it. */
export interface InterfaceFacts {
  name: string;
  frames?: null | number;
  bytes?: null | number;
  kernelDrops?: null | number;
  truncated?: null | number;
}

export type JsonNode = unknown;

/** Milliseconds. */
export interface LatencyFacts {
  p50?: null | number;
  p90?: null | number;
  p99?: null | number;
}

/** A line of the loss ledger, in plain words. */
export interface LedgerLine {
  plane: string;
  interface: string;
  stage: string;
  reason: string;
  count: number;
  unit: string;
  meaning: string;
}

/** Live streams. */
export interface LiveFacts {
  subscribers?: null | number;
  dropped?: null | number;
}

/** Messages of one direction, bodies by media type. */
export interface MessageFacts {
  count: number;
  content: Record<string, BodyFacts>;
}

export interface NamespacePods {
  name: string;
  pods: PodFacts[];
}

export interface NewToken {
  /** What it is for. */
  name?: null | string;
  /** At most that of its maker; `logger` sends calls and reads nothing. */
  role?: null | string;
  /** Until it ends; 90 where nothing is said, 0 for one that does not end. */
  days?: null | number;
}

export interface NewUser {
  name?: null | string;
  role?: null | string;
  password?: null | string;
}

export interface NodeCounts {
  total: number;
  ready: number;
}

export interface OidcAnswer {
  /** A provider is configured. */
  enabled: boolean;
  /** What it is called; null without. */
  name?: null | string;
}

/** Calls counted. */
export interface Overview {
  /** Start of the first bucket, Unix milliseconds. */
  from: number;
  /** End of the last bucket, Unix milliseconds. */
  to: number;
  /** Calls that match, of those looked at. */
  matched: number;
  /** Stored calls that were looked at. */
  scanned: number;
  /** Calls whose fields were counted: the newest that match. */
  fieldsCounted: number;
  /** The counts reach back to here only, Unix milliseconds, because time ran out; null when they are complete. */
  reachedBackTo?: null | number;
  /** Oldest first. */
  buckets: OverviewBar[];
  /** In the order asked for. */
  fields: OverviewField[];
}

/** Calls of one stretch of time, by how they ended. */
export interface OverviewBar {
  /** Unix milliseconds. */
  start: number;
  /** HTTP without a response that was seen. */
  none: number;
  /** 1xx. */
  informational: number;
  /** 2xx. */
  success: number;
  /** 3xx. */
  redirect: number;
  /** 4xx. */
  clientError: number;
  /** 5xx. */
  serverError: number;
  /** Not HTTP. */
  other: number;
}

/** The commonest values of a field. */
export interface OverviewField {
  /** Its name in filters. */
  field: string;
  /** Commonest first; what is unknown is not among them. */
  values: OverviewValue[];
  /** Calls with a value that is not listed. */
  others: number;
}

/** A value of a field. */
export interface OverviewValue {
  /** As a filter compares it. */
  value: string;
  /** Calls that have it. */
  count: number;
}

export interface PacketNodeFacts {
  /** As on the record of its calls. */
  name: string;
  /** Of all files; null before the probe has told. */
  bytes?: null | number;
  /** Most that they may have. */
  budgetBytes?: null | number;
  /** Files. */
  segments?: null | number;
  /** Packets in them. */
  frames?: null | number;
  /** Time of the oldest packet; null when there is none. */
  oldest?: null | string;
  /** Packets that were not kept since the start, because the queue was full or the disk. */
  lost?: null | number;
  /** The disk refuses now. */
  suspended: boolean;
}

export interface PacketNodeList {
  /** By name. */
  items: PacketNodeFacts[];
}

export interface PacketStoreFacts {
  /** Of all files. */
  bytes: number;
  /** Most that they may have. */
  budgetBytes: number;
  /** Files. */
  segments: number;
  /** Packets in them. */
  frames: number;
  /** Time of the oldest; null when there is none. */
  oldest?: null | string;
  /** Not kept since the probe started, because the queue was full or the disk. */
  lost: number;
  /** The disk refuses now. */
  suspended: boolean;
}

/** A parameter of an endpoint. */
export interface ParameterFacts {
  name: string;
  /** path, query, header or cookie. */
  in: string;
  kind?: null | string;
  schema?: null | JsonNode;
  count?: null | number;
  always?: null | boolean;
  distinct?: null | number;
  values?: null | unknown[];
}

export interface PasswordChange {
  current?: null | string;
  password?: null | string;
}

/** A login as JSON or as a form (RFC 6749 §4.3.2); what else the form of OAuth has is passed over. */
export interface PasswordLogin {
  username?: null | string;
  password?: null | string;
}

/** One end of a call. */
export interface PeerDescription {
  ip: string;
  port: number;
  namespace?: null | string;
  pod?: null | string;
  workload?: null | string;
  workloadKind?: null | string;
  service?: null | string;
  node?: null | string;
  labels?: null | Record<string, string>;
  /** How the names are known. */
  resolution?: null | string;
  process?: null | ProcessDescription;
  container?: null | ContainerDescription;
}

export interface PodCounts {
  total: number;
  running: number;
  pending: number;
}

export interface PodFacts {
  name: string;
  status?: null | string;
  node?: null | string;
  ip?: null | string;
  containers: string[];
}

export interface PolicyAnswer {
  /** Name. */
  name: string;
  /** Null for one of the whole cluster. */
  namespace?: null | string;
  /** TracingPolicy or TracingPolicyNamespaced. */
  kind: string;
  /** monitor or enforce. */
  mode: string;
  /** What is hooked. */
  hooks: string[];
  /** Nothing was stored. */
  dryRun: boolean;
}

export interface PolicyBody {
  /** One TracingPolicy or TracingPolicyNamespaced. */
  yaml?: null | string;
  /** The API server checks it and stores nothing. */
  dryRun: boolean;
  /** It may change what processes do. */
  enforce: boolean;
  /** Also changes what others own. */
  takeOver: boolean;
}

export interface PolicyList {
  /** The cluster has tracing policies. */
  available: boolean;
  /** Why not; null when it has. */
  reason?: null | string;
  /** By namespace and name. */
  policies: PolicyView[];
}

export interface PolicyView {
  /** Name. */
  name: string;
  /** Null for one of the whole cluster. */
  namespace?: null | string;
  /** TracingPolicy or TracingPolicyNamespaced. */
  kind: string;
  /** enforce when it changes what processes do, monitor otherwise. */
  mode: string;
  /** What is hooked. */
  hooks: string[];
  /** It comes with Weir. */
  curated: boolean;
}

/** One object of a plan. */
export interface PreviewedObject {
  /** Such as `Ingress shop/web`. */
  object: string;
  /** Its YAML before and after, as a unified diff. */
  diff: string;
  /** What is applied, for those who put it into a repository. */
  yaml: string;
}

/** What the limit would have done to the calls of late. */
export interface PreviewedTraffic {
  /** Beginning of the time that was looked at. */
  from: string;
  /** Services behind the target; of all of them the calls are counted. */
  services: string[];
  /** That were looked at. */
  calls: number;
  /** Of them, those that would have been refused. */
  blocked: number;
  /** False when there were more calls than are looked at. */
  isComplete: boolean;
  /** Those most often refused first. */
  clients: BlockedClient[];
}

/** A probe that delivers to this center, as it said last. */
export interface ProbeFacts {
  name: string;
  version: string;
  address?: null | string;
  connected: boolean;
  connectedSince: string;
  lastSeen: string;
  clockOffsetMs: number;
  roundTripMs?: null | number;
  captured: number;
  delivered: number;
  storedHere: number;
  spooled: number;
  spoolBytes: number;
  planes: string[];
  /** Encrypted connections of which nothing can be read, by pod and process. */
  opaque: Record<string, number>;
  packets?: null | PacketStoreFacts;
  ledger: LedgerLine[];
}

/** The probes that deliver here. */
export interface ProbeList {
  items: ProbeFacts[];
}

export interface ProblemDetails {
  type?: null | string;
  title?: null | string;
  status?: null | number;
  detail?: null | string;
  instance?: null | string;
}

/** A process at one end of a call. */
export interface ProcessDescription {
  pid?: null | number;
  name?: null | string;
  /** Control group, as its path below the mount. */
  cgroup?: null | string;
}

export interface ProcessEventList {
  /** Events come in. */
  available: boolean;
  /** Why not; null when they do. */
  reason?: null | string;
  /** Where they come from. */
  sources: EventSource[];
  /** What came since the start. */
  counters: EventCounters;
  /** Newest first. */
  events: ProcessEventView[];
  /** False when there were more calls at that time than were looked at. */
  joinComplete: boolean;
}

export interface ProcessEventView {
  /** When. */
  time: string;
  /** On which node. */
  node: string;
  /** exec, exit, kprobe … */
  type: string;
  /** Policy that asked for it; empty for what is told in any case. */
  policy: string;
  /** Empty for a process of the node. */
  namespace: string;
  /** Empty for a process of the node. */
  pod: string;
  /** Of the pod. */
  container: string;
  /** The program. */
  binary: string;
  /** Of the program. */
  arguments: string;
  /** On the node. */
  pid: number;
  /** Who started it. */
  parentBinary: string;
  /** Function of the kernel. */
  function: string;
  /** What Tetragon did. */
  action: string;
  /** Arguments of the function, or how it ended. */
  detail: string;
  /** This end of a connection. */
  source: string;
  /** The other end. */
  destination: string;
  /** Ids of calls of the same pod, and process where it is known, within seconds of it. */
  exchanges: string[];
}

/** A limit; counts are for each client address and each replica of the controller. */
export interface RateLimitBody {
  target?: null | RateLimitTargetBody;
  /** Requests per second. */
  rps?: null | number;
  /** Requests per minute. */
  rpm?: null | number;
  /** Requests beyond the rate that are let through at once. */
  burst?: null | number;
  /** Connections at the same time. */
  connections?: null | number;
  /** Addresses and networks that are not limited. */
  allow?: null | string[];
  /** Answer to what is refused. */
  statusCode?: null | number;
  /** The provider counts and refuses nothing, where it can. */
  shadow: boolean;
  /** When it ends by itself. */
  ttlSeconds?: null | number;
  /** Also changes fields that others own; their values come back at the end. */
  takeOver: boolean;
  /** The API server checks it and stores nothing. */
  dryRun: boolean;
  /** For the log. */
  reason?: null | string;
}

/** What was found when a limit was looked for. */
export interface RateLimitCheck {
  /** Everything stands as it was applied. */
  isApplied: boolean;
  /** What does not: objects that are gone, annotations that somebody changed. */
  missing: string[];
  /** Fields of the limit as the server has them. */
  present: Record<string, string>;
}

/** A field that others own, or an object of theirs that stands in the way. */
export interface RateLimitConflict {
  /** Path of the field, or the name of the object. */
  field: string;
  /** Who owns it. */
  manager: string;
  /** It is a controller that puts back what it finds changed. */
  isGitOps: boolean;
}

export interface RateLimitPreview {
  provider: string;
  effective: EffectiveLimit;
  objects: PreviewedObject[];
  warnings: string[];
  conflicts: RateLimitConflict[];
  unavailable?: null | string;
  traffic?: null | PreviewedTraffic;
}

export type RateLimitState = 'applying' | 'active' | 'reverting' | 'reverted' | 'replaced' | 'failed' | 'dry_run';

/** What is limited. */
export interface RateLimitTarget {
  /** `Ingress`, `HTTPRoute`, `GRPCRoute` or `Gateway`. */
  kind: string;
  /** Its namespace. */
  namespace: string;
  /** Its name. */
  name: string;
}

/** An Ingress, HTTPRoute, GRPCRoute or Gateway. */
export interface RateLimitTargetBody {
  kind?: null | string;
  namespace?: null | string;
  name?: null | string;
}

/** A limit as the API shows it. */
export interface RateLimitView {
  id: string;
  state: RateLimitState;
  target: RateLimitTarget;
  rps?: null | number;
  rpm?: null | number;
  burst?: null | number;
  connections?: null | number;
  provider: string;
  effective: EffectiveLimit;
  objects: string[];
  warnings: string[];
  createdAt: string;
  expiresAt?: null | string;
  endedAt?: null | string;
  by: string;
  reason?: null | string;
  incident?: null | string;
  error?: null | string;
  left: string[];
}

/** A request whole. */
export interface RequestRecord {
  /** Pairs of name and value, in the order sent. */
  headers?: null | string[][];
  trailers?: null | string[][];
  body?: null | string;
  bodyEncoding?: null | BodyEncoding;
  method: string;
  host?: null | string;
  path: string;
  query?: null | string;
  /** Bytes on the wire. */
  bodyBytes?: null | number;
  bodyTruncated?: null | boolean;
}

/** A request as lists have it. */
export interface RequestSummary {
  method: string;
  host?: null | string;
  path: string;
  query?: null | string;
  /** Bytes on the wire. */
  bodyBytes?: null | number;
  bodyTruncated?: null | boolean;
}

/** Per cent of what pods may use; null where nobody measures. */
export interface ResourceShares {
  cpu?: null | number;
  memory?: null | number;
  storage?: null | number;
}

/** A response whole. */
export interface ResponseRecord {
  /** Pairs of name and value, in the order sent. */
  headers?: null | string[][];
  trailers?: null | string[][];
  body?: null | string;
  bodyEncoding?: null | BodyEncoding;
  status: number;
  reason?: null | string;
  /** Bytes on the wire. */
  bodyBytes?: null | number;
  bodyTruncated?: null | boolean;
}

/** A response as lists have it. */
export interface ResponseSummary {
  status: number;
  reason?: null | string;
  /** Bytes on the wire. */
  bodyBytes?: null | number;
  bodyTruncated?: null | boolean;
}

export interface ScanBody {
  /** Reference such as `ghcr.io/acme/orders:1.4.2`. */
  image?: null | string;
}

export interface ScanCounts {
  /** Findings of this severity. */
  critical: number;
  /** Findings of this severity. */
  high: number;
  /** Findings of this severity. */
  medium: number;
  /** Findings of this severity. */
  low: number;
  /** Findings without a severity. */
  unknown: number;
}

export interface ScanList {
  /** Whether images can be scanned. */
  scanner: ScannerView;
  /** Newest first. */
  scans: ScanView[];
}

/** A scan of an image with what it found. It tells more than is described here. */
export interface ScanReport {
  id: string;
  image: string;
  startedAt: string;
  finishedAt?: null | string;
  /** running, done or failed. */
  state: string;
  error?: null | string;
  failure?: null | string;
  counts?: null | ScanCounts;
  by: string;
  ahead?: null | number;
  /** Worst first. */
  vulnerabilities?: null | VulnerabilityFacts[];
  /** Vulnerabilities that are not listed. */
  omitted?: null | number;
  operatingSystem?: null | string;
  endOfLife?: null | boolean;
}

export interface ScanView {
  /** Names it in addresses. */
  id: string;
  /** As it was named. */
  image: string;
  /** When it was asked for. */
  startedAt: string;
  /** Null while it runs. */
  finishedAt?: null | string;
  /** running, done or failed. */
  state: string;
  /** Why it failed; null otherwise. */
  error?: null | string;
  /** The same in a word. */
  failure?: null | string;
  counts?: null | ScanCounts;
  /** Who asked. */
  by: string;
  /** Of a running one, the scans that are made before it. */
  ahead?: null | number;
}

export interface ScannerView {
  /** Trivy can be started. */
  available: boolean;
  /** Its version. */
  version?: null | string;
  /** Of the vulnerability database in its cache; null when there is none. */
  databaseUpdatedAt?: null | string;
  /** Why not, or what is missing; null when all is well. */
  reason?: null | string;
}

/** What is wrong with the security of an endpoint. */
export interface SecurityFindingFacts {
  service?: null | string;
  kind: string;
  severity: Severity;
  method: string;
  template: string;
  detail: string;
  count: number;
  firstSeen?: null | string;
  lastSeen?: null | string;
}

/** The shape of an older dashboard. */
export interface SeedEvent {
  event: string;
  timestamp: string;
  pod: string;
  command: string;
  capabilities: string[];
}

/** Why a segment is a parameter, or is none. */
export interface SegmentExplanation {
  segment: string;
  parameter: boolean;
  rule: string;
  kind?: null | string;
  samples?: null | number;
  distinct?: null | number;
  why: string;
}

/** A kind of sensitive data, and where in the call it is. */
export interface SensitivePlace {
  class: string;
  where: string;
  count: number;
}

/** Who is logged in. */
export interface SessionAnswer {
  /** Name; null for a visitor who is not. */
  user?: null | string;
  /** Of the user, or of the API token. */
  role?: null | string;
  /** Null when it does not end. */
  expiresAt?: null | string;
  /** False when nobody has to log in. */
  authentication: boolean;
}

/** A login of the page. */
export interface SessionLogin {
  username?: null | string;
  password?: null | string;
  /** Of a login link. */
  code?: null | string;
}

/** How soon someone should look. Info is context and no alarm. */
export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical';

export interface SigningKeyAnswer {
  /** Stands in each token that it signed. */
  id: string;
  /** Since when it signed. */
  createdAt: string;
  /** It signs now; the others only hold until their last token is over. */
  signs: boolean;
}

export interface SigningKeyList {
  items: SigningKeyAnswer[];
}

/** What is not told for a time. Each part that is set must fit; patterns have `*` for any characters. */
export interface Silence {
  /** A ULID. */
  id: string;
  namespace?: null | string;
  service?: null | string;
  kind?: null | string;
  source?: null | string;
  startsAt: string;
  endsAt: string;
  comment?: null | string;
  /** Who asked for it. */
  by: string;
}

/** At least one of namespace, service, kind and source; each may have `*` for any characters. */
export interface SilenceBody {
  durationSeconds: number;
  namespace?: null | string;
  service?: null | string;
  kind?: null | string;
  source?: null | string;
  comment?: null | string;
}

/** Smells of the live cluster. */
export interface SmellAnswer {
  available: boolean;
  /** Why it is not. */
  reason?: null | string;
  scannedAt?: null | string;
  summary?: null | SmellSummary;
  findings: SmellFacts[];
  suppressed?: null | SmellFacts[];
  notes?: null | unknown[];
}

/** What is wrong with an object of the cluster; docs/smells.md. It tells more than is described here. */
export interface SmellFacts {
  id: string;
  title?: null | string;
  severity: Severity;
  kind?: null | string;
  namespace?: null | string;
  objectName?: null | string;
  container?: null | string;
  message: string;
  remediation?: null | string;
}

/** Smells counted. */
export interface SmellSummary {
  omitted?: null | number;
  suppressed?: null | number;
  score?: null | number;
}

/** How Weir fares. Each part tells more than is described here. */
export interface StatusAnswer {
  version?: null | string;
  startedAt?: null | string;
  uptimeSeconds?: null | number;
  capture?: null | CaptureFacts;
  storage?: null | StorageFacts;
  ingest?: null | JsonNode;
  live?: null | LiveFacts;
  /** The example services run. */
  demo?: null | boolean;
  settings?: null | Record<string, unknown>;
}

/** The store. */
export interface StorageFacts {
  exchanges?: null | number;
  bytes?: null | number;
  oldest?: null | string;
  newest?: null | string;
  stored?: null | number;
  duplicates?: null | number;
  deletedByAge?: null | number;
  deletedBySize?: null | number;
  failures?: null | number;
  lastError?: null | string;
  readable?: null | number;
}

/** The connection so far. */
export interface TcpFacts {
  handshakeRttMs?: null | number;
  retransmissions?: null | number;
  gapBytes?: null | number;
  resets?: null | number;
  zeroWindows?: null | number;
  clientBytes?: null | number;
  serverBytes?: null | number;
}

/** Phases of a call, where the probe saw the edges of both messages. */
export interface TimingFacts {
  requestMs?: null | number;
  waitMs?: null | number;
  responseMs?: null | number;
}

/** Read inside a TLS library. */
export interface TlsFacts {
  /** Which. */
  library: string;
  /** How the addresses are known. */
  binding: string;
}

export interface TokenAnswer {
  id: string;
  name: string;
  owner: string;
  role: string;
  createdAt: string;
  expiresAt?: null | string;
  usedAt?: null | string;
}

export interface TokenList {
  items: TokenAnswer[];
}

/** Bytes and packets. */
export interface Traffic {
  /** Start of the first step, Unix milliseconds. */
  from: number;
  /** End, Unix milliseconds. */
  to: number;
  /** Length of a step. */
  stepSeconds: number;
  /** The fields asked for. */
  groupBy: string[];
  /** Of everything that matches: whole frames, link header included, as each device saw them. */
  bytes: number;
  /** Of everything that matches. */
  packets: number;
  /** The same by time, oldest first; steps without traffic are left out. */
  steps: TrafficPart[];
  /** Those with the most bytes. */
  groups: TrafficSlice[];
  /** All other groups together. */
  others: TrafficRest;
}

/** One step. */
export interface TrafficPart {
  /** Unix milliseconds. */
  start: number;
  /** Bytes in it. */
  bytes: number;
  /** Packets in it. */
  packets: number;
}

/** What is not told one by one. */
export interface TrafficRest {
  /** How many. */
  groups: number;
  /** Theirs. */
  bytes: number;
  /** Theirs. */
  packets: number;
}

/** One group. */
export interface TrafficSlice {
  /** By field; an empty text where it is not known. */
  values: Record<string, string>;
  /** Of the whole time. */
  bytes: number;
  /** Of the whole time. */
  packets: number;
  /** By time. */
  steps: TrafficPart[];
}

/** The tunnel that carried it, with its outer addresses. */
export interface TunnelFacts {
  kind: string;
  source?: null | string;
  destination?: null | string;
  id?: null | number;
}

export interface UserAnswer {
  name: string;
  role: string;
  disabled: boolean;
  createdAt: string;
  changedAt: string;
}

/** What is null stays as it is. */
export interface UserChange {
  role?: null | string;
  disabled?: null | boolean;
  password?: null | string;
}

export interface UserList {
  items: UserAnswer[];
}

/** A vulnerability of an image. */
export interface VulnerabilityFacts {
  id: string;
  severity: string;
  package: string;
  installed: string;
  fixed?: null | string;
  title?: null | string;
  target?: null | string;
}

/** Messages of a WebSocket; in is towards the server. */
export interface WebSocketFacts {
  messages?: null | number;
  messagesIn?: null | number;
  messagesOut?: null | number;
  bytesIn?: null | number;
  bytesOut?: null | number;
  compressed?: null | boolean;
  closeCode?: null | number;
  closeReason?: null | string;
  /** The first messages, in the full record only. */
  captured?: null | WebSocketMessage[];
}

/** A message of a WebSocket. */
export interface WebSocketMessage {
  /** client or server. */
  from: string;
  /** text or binary. */
  kind: string;
  at: string;
  bytes: number;
  body?: null | string;
  bodyEncoding?: null | BodyEncoding;
  bodyTruncated?: null | boolean;
}
