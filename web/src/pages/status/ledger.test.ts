import { describe, expect, it } from 'vitest';
import type { Status } from '../../api/types';
import { lossRows } from './ledger';

const entry = (stage: string, reason: string, count: number) =>
  ({ plane: 'ring', interface: '-', stage, reason, count, unit: 'packets', meaning: 'Why.' });

describe('the loss ledger', () => {
  it('is empty before the center answers and when nothing was lost', () => {
    expect(lossRows(undefined)).toEqual([]);
    expect(lossRows({ version: '1', capture: { ledger: [] } })).toEqual([]);
  });

  it('collects every part in the order in which data passes, the largest first', () => {
    const status: Status = {
      ingest: { ledger: [entry('store', 'ingest_queue_full', 1)] },
      capture: { ledger: [entry('stream', 'stream_gaps', 2), entry('stream', 'stream_gap_bytes', 9), entry('capture', 'kernel_drops', 3)] },
    };
    expect(lossRows(status).map((row) => `${row.part} ${row.reason}`)).toEqual([
      'capture kernel_drops', 'capture stream_gap_bytes', 'capture stream_gaps', 'ingest ingest_queue_full',
    ]);
  });

  it('leaves out what is zero', () => {
    expect(lossRows({ capture: { ledger: [entry('stream', 'stream_gaps', 0)] } })).toEqual([]);
  });
});
