import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/client';
import { notOffered, offered } from './offered';

describe('what a center offers', () => {
  it('is its answer', async () => {
    expect(await offered(Promise.resolve(7))).toEqual({ value: 7 });
  });

  it('is not there where it does not know the question, or says why it cannot', async () => {
    expect(await offered(Promise.reject(new ApiError(404, { title: 'Not found' })))).toEqual({ why: notOffered });
    expect(await offered(Promise.reject(new ApiError(503, { title: 'Unavailable', detail: 'no cluster is configured' })))).toEqual({ why: 'no cluster is configured' });
  });

  it('fails otherwise', async () => {
    await expect(offered(Promise.reject(new ApiError(400, { title: 'wrong' })))).rejects.toThrow('wrong');
    await expect(offered(Promise.reject(new TypeError('no network')))).rejects.toThrow('no network');
  });
});
