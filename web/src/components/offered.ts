import { ApiError } from '../api/client';

/** What a center answers, or why it has no answer: an older center does not know the question, another has no cluster. */
export type Offered<T> = { value: T; why?: undefined } | { value?: undefined; why: string };

export const notOffered = 'This center does not offer it.';

/** Takes "I do not know that" and "I cannot, because" for answers; everything else stays a failure. */
export async function offered<T>(answer: Promise<T>): Promise<Offered<T>> {
  try {
    return { value: await answer };
  } catch (failure) {
    if (!(failure instanceof ApiError)) throw failure;
    if (failure.status === 404) return { why: notOffered };
    if (failure.status === 502 || failure.status === 503) return { why: failure.message };
    throw failure;
  }
}
