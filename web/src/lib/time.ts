const units: readonly (readonly [ms: number, word: string])[] = [[86_400_000, 'day'], [3_600_000, 'h'], [60_000, 'min'], [1000, 's']];

/** The two largest units: `1 h 5 min`, `40 s`. */
export function lasting(ms: number): string {
  let rest = Math.max(0, Math.floor(ms / 1000)) * 1000;
  const largest = units.findIndex(([size]) => rest >= size);
  if (largest < 0) return '0 s';
  const parts: string[] = [];
  for (const [size, word] of units.slice(largest, largest + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(counted(count, word));
  }
  return parts.join(' ');
}

const counted = (count: number, word: string) => `${count} ${word === 'day' && count > 1 ? 'days' : word}`;

/** `3 min ago`; a clock that is a little behind makes it no future. */
export function ago(iso: string | null | undefined, now: number): string {
  const time = iso ? Date.parse(iso) : NaN;
  if (Number.isNaN(time)) return '–';
  const ms = now - time;
  if (ms < 5000) return 'just now';
  const [size, word] = units.find(([least]) => ms >= least) ?? [1000, 's'];
  const count = Math.floor(ms / size);
  return `${counted(count, word)} ago`;
}

/** Until a time: `in 29 min 12 s`; `over` afterwards. */
export function until(iso: string | null | undefined, now: number): string {
  const time = iso ? Date.parse(iso) : NaN;
  if (Number.isNaN(time)) return '–';
  return time <= now ? 'over' : `in ${lasting(time - now)}`;
}
