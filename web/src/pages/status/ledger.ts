import type { LedgerEntry, Status } from '../../api/types';

export interface LossRow extends LedgerEntry {
  /** The part of Weir that counted it: `capture`, `ingest` … */
  part: string;
}

const stages = ['capture', 'decode', 'stream', 'protocol', 'output', 'store'];

/** Everything that was lost, of every part of Weir, in the order in which data passes through it. */
export function lossRows(status: Status | undefined): LossRow[] {
  if (!status) return [];
  const rows: LossRow[] = [];
  for (const [part, section] of Object.entries(status)) {
    if (typeof section !== 'object' || section === null || !('ledger' in section)) continue;
    for (const entry of (section as { ledger?: LedgerEntry[] }).ledger ?? []) {
      if (entry.count > 0) rows.push({ ...entry, part });
    }
  }
  return rows.sort((a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage) || b.count - a.count);
}

const stageWords: Record<string, string> = {
  capture: 'Capturing',
  decode: 'Reading packets',
  stream: 'Putting bytes in order',
  protocol: 'Reading messages',
  output: 'Delivering',
  store: 'Storing',
};

export const stageLabel = (stage: string) => stageWords[stage] ?? stage;

/** `stream_gap_bytes` → `stream gap bytes`. */
export const reasonLabel = (reason: string) => reason.replaceAll('_', ' ');
