import type { CallSummary, Peer } from '../../api/types';
import { whyNoStatus } from './anomalies';

export type Tone = 'ok' | 'info' | 'redirect' | 'warn' | 'error' | 'none';

/** The name a person would use: service, workload, pod, process, and only then the address. */
export function peerName(peer: Peer): string {
  return peer.service || peer.workload || peer.pod || peer.process?.name || peer.ip;
}

export function peerAddress(peer: Peer): string {
  const ip = peer.ip.includes(':') ? `[${peer.ip}]` : peer.ip;
  return `${ip}:${peer.port}`;
}

/**
 * The server in a row. Without a name it is the port that tells services apart; an address that client and server
 * share, as on the loopback device, already stands in front of it.
 */
export function serverLabel(server: Peer, client: Peer): string {
  const name = peerName(server);
  if (name !== server.ip) return name;
  return client.ip === server.ip && peerName(client) === client.ip ? `:${server.port}` : peerAddress(server);
}

/** DNS response codes (IANA): no error; the name does not exist, which is an answer too. */
const dnsNoError = 0;
const dnsNameError = 3;

export function statusTone(call: CallSummary): Tone {
  if (call.inProgress) return 'info';
  if (call.dns && call.response) return dnsTone(call.response.status);
  if (call.dns && call.complete) return 'ok';
  const status = call.response?.status;
  if (status === undefined) return 'none';
  if (call.grpc?.status) return 'error';
  if (status >= 500) return 'error';
  if (status >= 400) return 'warn';
  if (status >= 300) return 'redirect';
  return status >= 200 ? 'ok' : 'info';
}

/** What stands in the status column; words as well as colour carry the meaning. */
export function statusText(call: CallSummary): { code: string; note: string } {
  if (call.inProgress) return { code: call.response ? String(call.response.status) : '…', note: 'running' };
  if (call.dns) return { code: dnsStatus(call), note: call.dns.truncated ? 'truncated' : '' };
  if (!call.response) return { code: whyNoStatus(call.anomalies ?? []), note: '' };
  if (call.grpc?.status) return { code: String(call.response.status), note: `grpc ${call.grpc.status}` };
  return { code: String(call.response.status), note: call.complete ? '' : 'partial' };
}

const dnsTone = (code: number): Tone => (code === dnsNoError ? 'ok' : code === dnsNameError ? 'warn' : 'error');

function dnsStatus(call: CallSummary): string {
  if (call.response) return call.dns?.responseCode ?? String(call.response.status);
  // A multicast question is complete without an answer.
  return call.complete ? 'asked' : whyNoStatus(call.anomalies ?? []);
}

/** What a row shows behind the path: the operation asked for, and how much has passed where that goes on. */
export function rowNote(call: CallSummary): string {
  const operation = call.graphql?.operations?.[0];
  const notes = [
    operation && `${operation.type} ${operation.name || operation.field || ''}`.trim(),
    call.webSocket && `${call.webSocket.messages ?? 0} messages`,
    call.eventStream && `${call.eventStream.events ?? 0} events`,
    call.dns && (call.dns.answerCount ?? 0) > 0 && `${call.dns.answerCount} answers`,
  ];
  return notes.filter(Boolean).join(' · ');
}

export const isFailure = (call: CallSummary) => {
  const tone = statusTone(call);
  return tone === 'error' || tone === 'warn' || tone === 'none';
};

export const sizeOf = (call: CallSummary) => call.response?.bodyBytes;
