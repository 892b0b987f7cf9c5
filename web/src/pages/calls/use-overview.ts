import { useEffect, useState } from 'react';
import { getOverview } from '../../api/client';
import type { Overview } from '../../api/types';
import { facetFields } from './facets';
import { histogramSpan, type Range } from './url-state';

const intervalMs = 3000;
/** The center may spend a tenth of its time on this page's counts. */
const restFactor = 10;
const valuesOfEach = 20;

/**
 * Calls counted by time and by field, for the filter and range of the page; while live asked again and again. Keeps the last answer while
 * another one is on its way, and where the filter is not valid.
 */
export function useOverview(where: string, range: Range, from: number, to: number, live: boolean, again: number): Overview | undefined {
  const [overview, setOverview] = useState<Overview>();

  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const ask = async () => {
      const began = performance.now();
      if (!document.hidden) {
        try {
          const answer = await getOverview({ where, ...histogramSpan({ range, from, to }, Date.now()), fields: facetFields, top: valuesOfEach }, abort.signal);
          if (!abort.signal.aborted) setOverview(answer);
        } catch {
          // The list tells what is wrong with the filter or the center; the counts stay as they were.
        }
      }
      const rest = Math.max(intervalMs, (performance.now() - began) * restFactor);
      if (!abort.signal.aborted && live) timer = setTimeout(() => void ask(), rest);
    };
    void ask();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [where, range, from, to, live, again]);

  return overview;
}
