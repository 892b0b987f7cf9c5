import type { CallRequest, CallResponse, HeaderPair } from '../../../api/types';
import { jsonLines } from '../../../lib/json-lines';

export type BodyKind = 'grpc' | 'graphql' | 'json' | 'form' | 'text' | 'hex';

export function headerValue(headers: readonly HeaderPair[] | undefined, name: string): string | undefined {
  return headers?.find(([candidate]) => candidate.toLowerCase() === name)?.[1];
}

/** How to show a body. The bytes decide before the content type, which a sender may get wrong. */
export function bodyKind(message: CallRequest | CallResponse): BodyKind {
  if (message.bodyEncoding === 'base64') return 'hex';
  const type = headerValue(message.headers, 'content-type')?.toLowerCase() ?? '';
  if (type.startsWith('application/x-www-form-urlencoded')) return 'form';
  return jsonLines(message.body ?? '') ? 'json' : 'text';
}
