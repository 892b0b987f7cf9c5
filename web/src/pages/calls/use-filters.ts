import { useCallback, useEffect, useState } from 'react';
import { getFields } from '../../api/client';
import type { FilterField } from '../../api/types';
import { readStored, writeStored } from '../../lib/storage';

const recentKept = 8;
const savedKept = 50;

/** What the filter box offers: fields, and the filters of before, which stay in this browser. */
export function useFilters() {
  const [fields, setFields] = useState<FilterField[]>([]);
  const [recent, setRecent] = useState(() => readStored<string[]>('recentFilters', []));
  const [saved, setSaved] = useState(() => readStored<string[]>('savedFilters', []));

  useEffect(() => {
    const abort = new AbortController();
    // Without the list there is no completion; the filter itself still works.
    getFields(abort.signal).then(setFields, () => setFields([]));
    return () => abort.abort();
  }, []);

  const remember = useCallback((where: string) => {
    if (where === '') return;
    setRecent((previous) => {
      const next = [where, ...previous.filter((other) => other !== where)].slice(0, recentKept);
      writeStored('recentFilters', next);
      return next;
    });
  }, []);

  /** Keeps the filter, or lets go of it when it is kept. */
  const save = useCallback((where: string) => setSaved((previous) => {
    const next = previous.includes(where) ? previous.filter((other) => other !== where) : [where, ...previous].slice(0, savedKept);
    writeStored('savedFilters', next);
    return next;
  }), []);

  return { fields, recent, saved, remember, save };
}
