import { useState } from 'react';

/** Work that a button begins: what it said, and whether it is under way. */
export function useWork() {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const run = async (work: () => Promise<unknown>) => {
    setBusy(true);
    setTrouble('');
    try {
      await work();
    } catch (failure) {
      setTrouble(failure instanceof Error ? failure.message : String(failure));
    }
    setBusy(false);
  };
  return { busy, trouble, run };
}
