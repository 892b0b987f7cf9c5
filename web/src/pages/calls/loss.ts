import type { Status } from '../../api/types';
import { formatCompact, plural } from '../../lib/format';
import { lossRows } from '../status/ledger';

export interface LossCounter {
  label: string;
  count: number;
}

export interface LossSummary {
  /** Undefined until the center has answered. */
  tone: 'ok' | 'warn' | 'unknown';
  text: string;
  total: number;
  counters: LossCounter[];
}

const words: Record<string, string> = {
  kernel: 'Packets the kernel dropped before Weir read them',
  kernel_drops: 'Packets the kernel dropped before Weir read them',
};

const label = (reason: string) => {
  const text = words[reason] ?? reason.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/** Everything that was not shown, said in one line. The reasons are the center's own; nothing is left out. */
export function summarizeLoss(status: Status | undefined, droppedByPage: number): LossSummary {
  if (!status) return { tone: 'unknown', text: 'No word from the center yet', total: 0, counters: [] };
  const capture = status.capture ?? {};
  const counters: LossCounter[] = Object.entries(capture.dropped ?? {}).map(([reason, count]) => ({ label: label(reason), count }));
  for (const device of capture.interfaces ?? []) {
    counters.push({ label: `Dropped by the kernel on ${device.name}`, count: device.kernelDrops ?? 0 });
  }
  counters.push({ label: 'Live calls not sent because a viewer was too slow', count: status.live?.dropped ?? 0 });
  counters.push({ label: 'Live calls this page was too slow for (they are in the store)', count: droppedByPage });
  counters.sort((a, b) => b.count - a.count);

  const ledger = lossRows(status);
  const packets = `${formatCompact(capture.packets ?? 0)} packets`;
  const worst = ledger.filter((row) => row.stage === 'capture' && row.unit === 'packets').reduce((sum, row) => sum + row.count, 0)
    || (capture.interfaces ?? []).reduce((sum, device) => sum + (device.kernelDrops ?? 0), 0);
  if (worst > 0) return { tone: 'warn', text: `${packets}, ${formatCompact(worst)} lost`, total: worst, counters };
  const first = ledger[0];
  if (first) return { tone: 'warn', text: `${packets}, ${formatCompact(first.count)} ${first.unit} missing`, total: first.count, counters };
  if (droppedByPage > 0) {
    return { tone: 'warn', text: `Page skipped ${plural(droppedByPage, 'call')}`, total: droppedByPage, counters };
  }
  return { tone: 'ok', text: `${packets}, nothing lost`, total: 0, counters };
}
