/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * What the first bytes of a call look like. Coarse on purpose: the parsers decide, this only keeps away what certainly is none of the
 * protocols that Weir reads. Compiled for the host as well, where tests run it.
 */
#ifndef WEIR_VERDICT_H
#define WEIR_VERDICT_H

#include "../contract/event.h"

#define WEIR_PEEK 24

enum weir_look {
	WEIR_LOOK_NOTHING = 0,
	/* Too few bytes, and those there are would fit. */
	WEIR_LOOK_UNDECIDED = 1,
	WEIR_LOOK_HTTP1 = 2,
	WEIR_LOOK_HTTP2 = 3,
	WEIR_LOOK_TLS = 4,
};

/* RFC 9112 section 3: a method in capitals, a space, a target; or section 4: a status line. */
static __attribute__((always_inline)) inline int looks_like_http1(const weir_u8 *bytes, weir_u32 length)
{
	int i;

	if (bytes[0] == 'H' && bytes[1] == 'T' && bytes[2] == 'T' && bytes[3] == 'P' && bytes[4] == '/' && length >= 5)
		return WEIR_LOOK_HTTP1;
#pragma clang loop unroll(full)
	for (i = 0; i < WEIR_PEEK - 1; i++) {
		weir_u8 byte = bytes[i], next = bytes[i + 1];

		if (i >= length)
			return i > 0 ? WEIR_LOOK_UNDECIDED : WEIR_LOOK_NOTHING;
		if (byte == ' ') {
			if (i < 3)
				return WEIR_LOOK_NOTHING;
			if (i + 1 >= length)
				return WEIR_LOOK_UNDECIDED;
			return next > ' ' && next < 0x7f ? WEIR_LOOK_HTTP1 : WEIR_LOOK_NOTHING;
		}
		if (!(byte >= 'A' && byte <= 'Z') && byte != '-' && byte != '_')
			return WEIR_LOOK_NOTHING;
	}
	return WEIR_LOOK_NOTHING;
}

/* RFC 9113 section 4.1, for connections that began before the probe: a frame that opens a stream, or settings. */
static __attribute__((always_inline)) inline int looks_like_frame(const weir_u8 *bytes, weir_u32 length)
{
	weir_u32 payload = ((weir_u32)bytes[0] << 16) | ((weir_u32)bytes[1] << 8) | bytes[2];
	weir_u32 stream = ((weir_u32)(bytes[5] & 0x7f) << 24) | ((weir_u32)bytes[6] << 16) | ((weir_u32)bytes[7] << 8) | bytes[8];

	if (length < 9 || payload > 16384 || (bytes[5] & 0x80))
		return WEIR_LOOK_NOTHING;
	if (bytes[3] == 1 && payload > 0 && (stream & 1) && !(bytes[4] & ~0x2d))
		return WEIR_LOOK_HTTP2;
	if (bytes[3] == 4 && stream == 0 && payload % 6 == 0 && !(bytes[4] & ~1))
		return WEIR_LOOK_HTTP2;
	return WEIR_LOOK_NOTHING;
}

static __attribute__((always_inline)) inline int look_at(const weir_u8 *bytes, weir_u32 length)
{
	if (length >= 3 && bytes[0] >= 0x14 && bytes[0] <= 0x17 && bytes[1] == 3 && bytes[2] <= 4)
		return WEIR_LOOK_TLS;
	if (length >= 6 && bytes[0] == 'P' && bytes[1] == 'R' && bytes[2] == 'I' && bytes[3] == ' ' && bytes[4] == '*' && bytes[5] == ' ')
		return WEIR_LOOK_HTTP2;
	/* RFC 9112 section 2.2: empty lines before a request are to be ignored. */
	if (length >= 2 && bytes[0] == '\r' && bytes[1] == '\n')
		return WEIR_LOOK_UNDECIDED;
	if (looks_like_frame(bytes, length) == WEIR_LOOK_HTTP2)
		return WEIR_LOOK_HTTP2;
	return looks_like_http1(bytes, length);
}

#endif
