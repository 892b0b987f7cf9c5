/** What each anomaly of a record means to the person who reads it. Keys are the names on the wire. */
const explanations: Record<string, string> = {
  response_missing_closed: 'The connection was closed before a response came.',
  response_missing_reset: 'The connection was reset before a response came.',
  response_missing_idle: 'No response came; the connection fell silent.',
  response_missing_capture_end: 'The capture ended before the response came.',
  response_missing_lost: 'The response was sent, but the capture lost its bytes.',
  response_missing_evicted: 'Weir let go of this connection because a memory limit was reached.',
  request_missing: 'Only the response was seen: the request was lost, or sent before the capture began.',
  request_body_incomplete: 'The request ended before its announced length.',
  response_body_incomplete: 'The response ended before its announced length.',
  request_gap: 'The capture lost some bytes of the request.',
  response_gap: 'The capture lost some bytes of the response.',
  content_length_and_transfer_encoding:
    'One message has both Content-Length and Transfer-Encoding. Servers disagree on which counts: a sign of request smuggling.',
  content_length_conflict: 'Several Content-Length headers with different values: a sign of request smuggling.',
  content_length_invalid: 'Content-Length is not a number.',
  transfer_encoding_invalid: 'Transfer-Encoding is not one that HTTP/1.1 knows.',
  chunk_size_invalid: 'A chunk of the body has a size that cannot be read.',
  chunk_delimiter_invalid: 'A chunk of the body does not end where it should.',
  bare_line_feed: 'A line ended with LF alone instead of CR LF.',
  bare_carriage_return: 'A carriage return stands alone inside a line.',
  obsolete_line_folding: 'A header continues on the next line, a form that HTTP no longer allows.',
  whitespace_before_colon: 'A header has whitespace before its colon; servers must refuse it.',
  header_without_colon: 'A header line has no colon.',
  header_name_invalid: 'A header name has characters that are not allowed.',
  header_too_large: 'The headers were larger than Weir keeps.',
  too_many_headers: 'The message had more headers than Weir keeps.',
  host_missing: 'The request has no Host header.',
  host_conflict: 'The request names more than one host.',
  method_unknown: 'The method is not a registered one.',
  target_invalid: 'The request target has characters that are not allowed.',
  version_invalid: 'The HTTP version cannot be read.',
  status_invalid: 'The status code cannot be read.',
  unexpected_bytes: 'Bytes followed the message that belong to no message.',
  content_encoding_invalid: 'The body could not be decompressed; it is shown as sent.',
  protocol_switched: 'After this call the connection carries another protocol.',
  simple_request: 'A request without version or headers (HTTP/0.9).',
  header_unknown:
    'Some headers refer to a compression table that was filled before the capture began, or while bytes were lost. They are left out.',
  header_block_invalid: 'The compressed headers could not be read to their end.',
  header_value_invalid: 'A header value holds line breaks or NUL: a sign of request smuggling.',
  header_forbidden: 'A header that HTTP/2 does not allow, such as Connection or Transfer-Encoding.',
  pseudo_header_invalid: 'Method, path, scheme or status of HTTP/2 is missing, doubled or misplaced.',
  frame_invalid: 'An HTTP/2 frame that does not fit its stream.',
  content_length_mismatch: 'The body is not as long as Content-Length says.',
  stream_reset_by_client: 'The client cancelled the call.',
  stream_reset_by_server: 'The server broke the call off.',
  response_missing_refused: 'The server closed the connection without processing this request; it may be sent again.',
  grpc_framing_invalid: 'The body is not made of whole gRPC messages.',
  end_unknown: 'Weir was ended by force while this ran: how it went on is unknown.',
  web_socket_frame_invalid: 'A WebSocket frame breaks the rules: a reserved code or bit, a control frame too long, fragments out of order.',
  web_socket_mask_invalid: 'A WebSocket client sent a frame without mask, or a server one with a mask.',
  web_socket_compression_invalid: 'A compressed WebSocket message could not be decompressed.',
  web_socket_text_invalid: 'A WebSocket text message is not UTF-8.',
  web_socket_close_missing: 'The WebSocket ended without saying goodbye: its connection was cut, or the capture ended.',
  dns_message_invalid: 'A DNS message could not be read to its end.',
  dns_questions_unusual: 'The DNS query holds no question, or several.',
  dns_answer_repeated: 'The DNS query had been answered before: a repeated or a second, perhaps forged, answer.',
  rule_limit_reached: 'A logging rule took too long or grew a value too large; the value was removed to be safe.',
};

export function explainAnomaly(name: string): string {
  const known = explanations[name];
  if (known) return known;
  const words = name.replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

/** In two or three words, for the place where a status would be. */
export function whyNoStatus(anomalies: readonly string[]): string {
  const missing = anomalies.find((name) => name.startsWith('response_missing_'));
  switch (missing) {
    case 'response_missing_reset': return 'reset';
    case 'response_missing_closed': return 'closed';
    case 'response_missing_idle': return 'no answer';
    case 'response_missing_lost': return 'lost';
    default: return missing ? 'not seen' : 'no answer';
  }
}

/** What a person can do so that the next call is whole; undefined where nothing was Weir's doing. */
export function whatHelps(anomalies: readonly string[]): string | undefined {
  const has = (...names: string[]) => names.some((name) => anomalies.includes(name));
  if (has('request_gap', 'response_gap', 'response_missing_lost')) {
    return 'Bytes passed that Weir did not get. Capturing fewer ports (-p), or with more workers (--workers), helps.';
  }
  if (has('request_missing', 'header_unknown')) return 'Connections that begin while Weir is watching are seen whole.';
  if (has('response_missing_evicted')) return 'There are more connections at once than Weir keeps: capture fewer ports (-p).';
  return undefined;
}
