import { describe, expect, it } from 'vitest';
import { decodeBase64, hexLines } from './hex';

describe('hex', () => {
  it('writes sixteen bytes a line with what can be read of them', () => {
    const lines = hexLines(Uint8Array.from({ length: 18 }, (_, i) => i + 0x3a));
    expect(lines[0]).toEqual({ offset: '00000000', hex: '3a 3b 3c 3d 3e 3f 40 41  42 43 44 45 46 47 48 49', ascii: ':;<=>?@ABCDEFGHI' });
    expect(lines[1]).toMatchObject({ offset: '00000010', ascii: 'JK' });
    expect(lines[1]?.hex).toHaveLength(lines[0]?.hex.length ?? 0);
  });

  it('decodes base64 and refuses what is none', () => {
    expect(Array.from(decodeBase64('AAH/') ?? [])).toEqual([0, 1, 255]);
    expect(decodeBase64('%%')).toBeUndefined();
  });
});
