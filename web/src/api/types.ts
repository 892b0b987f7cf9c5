/**
 * The wire types of the center's REST API under the names that the page uses; `openapi.ts` is made of its description. Absent and null both mean
 * "not known"; nothing is ever guessed. Where the description has a text and the page tells its values apart, they are narrowed here.
 */
import type {
  CallRecord, CallSummary as Summary, FieldDescription, LedgerLine, OverviewBar as Bar, PeerDescription, ProblemDetails, RequestRecord, RequestSummary,
  ResponseRecord, ResponseSummary, SessionAnswer, StatusAnswer, WebSocketFacts,
} from './openapi';

export type { Overview, OverviewField } from './openapi';

export type Peer = PeerDescription;
export type HeaderPair = [name: string, value: string];
export type WebSocketSession = WebSocketFacts;
export type LedgerEntry = LedgerLine;
export type Status = StatusAnswer;
export type FilterField = FieldDescription;

/** `body` is text after content decoding when the encoding is utf8; otherwise the captured bytes in base64. */
type MessageContent = Pick<RequestRecord, 'body' | 'bodyEncoding'> & { headers?: HeaderPair[] };
export type CallRequest = Omit<RequestRecord, 'headers'> & MessageContent;
export type CallResponse = Omit<ResponseRecord, 'headers'> & MessageContent;

/** Both messages are always told of, as null where they were not seen. */
type Messages<TRequest, TResponse> = { startedAt: string; request: TRequest | null; response: TResponse | null };
export type CallSummary = Omit<Summary, keyof Messages<0, 0>> & Messages<RequestSummary, ResponseSummary>;
export type Call = Omit<CallRecord, keyof Messages<0, 0>> & Messages<CallRequest, CallResponse>;
export type CallPage = { items: CallSummary[]; next: string | null; scanned: number };

export type OverviewBar = Bar;
/** Calls of one bar of the histogram, by how they ended. */
export type StatusClass = Exclude<keyof Bar, 'start'>;

/** Who is logged in; without authentication, everybody. */
export type Session = Omit<SessionAnswer, 'user' | 'role'> & { user: string; role: 'viewer' | 'operator' | 'admin' };

/** The same of a visitor, who may not be logged in. */
export type Visitor = Omit<SessionAnswer, 'role'> & { role?: Session['role'] | null };

/** RFC 9457, with the place in the filter that is wrong. `column` counts from 1. */
export type Problem = ProblemDetails & { title: string; column?: number; length?: number };
