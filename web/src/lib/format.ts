const decimal = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export const formatCount = (value: number) => decimal.format(value);

/** 1,204 below ten thousand, then 12.3 k, 4.5 M: for numbers that move. */
export function formatCompact(value: number): string {
  if (value < 10_000) return decimal.format(value);
  const units = ['k', 'M', 'G', 'T'];
  let unit = -1;
  let rest = value;
  while (rest >= 999.5 && unit < units.length - 1) {
    rest /= 1000;
    unit++;
  }
  return `${rest < 100 ? rest.toFixed(1) : rest.toFixed(0)} ${units[unit]}`;
}

export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return '–';
  if (bytes < 1000) return `${bytes} B`;
  return `${formatScaled(bytes)}B`;
}

function formatScaled(value: number): string {
  const units = ['k', 'M', 'G', 'T', 'P'];
  let unit = -1;
  let rest = value;
  do {
    rest /= 1000;
    unit++;
  } while (rest >= 999.5 && unit < units.length - 1);
  return `${rest < 9.95 ? rest.toFixed(1) : rest.toFixed(0)} ${units[unit]}`;
}

export function formatDuration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–';
  if (ms < 0.9995) return `${Math.round(ms * 1000)} µs`;
  if (ms < 9.995) return `${ms.toFixed(2)} ms`;
  if (ms < 99.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${ms.toFixed(0)} ms`;
  if (ms < 59_995) return `${(ms / 1000).toFixed(2)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Share of a bar, logarithmic from 0.1 ms to 10 s, so that 2 ms and 200 ms are both visible. */
export function durationShare(ms: number): number {
  return Math.min(1, Math.max(0.02, (Math.log10(Math.max(ms, 0.1)) + 1) / 5));
}

const pad = (value: number, width = 2) => String(value).padStart(width, '0');

/** Local wall clock with milliseconds; the sub-millisecond digits of the record stay in the detail view. */
export function formatTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  return `${pad(time.getHours())}:${pad(time.getMinutes())}:${pad(time.getSeconds())}.${pad(time.getMilliseconds(), 3)}`;
}

export function formatDate(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  return `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())} ${formatTime(iso)}`;
}

/** A place on a time axis, as precise as a step is wide; with the date where the steps are long. */
export function axisTime(ms: number, stepMs: number): string {
  const time = new Date(ms);
  const clock = `${pad(time.getHours())}:${pad(time.getMinutes())}`;
  if (stepMs >= 600_000) return `${time.getMonth() + 1}-${pad(time.getDate())} ${clock}`;
  if (stepMs >= 60_000) return clock;
  const seconds = `${clock}:${pad(time.getSeconds())}`;
  return stepMs >= 1000 ? seconds : `${seconds}.${pad(time.getMilliseconds(), 3)}`;
}

export const plural = (count: number, one: string, many = `${one}s`) =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

// C0 and C1 controls, zero-width characters, bidirectional overrides and lone surrogates: none may move or hide text.
const deceptive =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** Captured text as it may be shown: what cannot be seen, or would reorder what is seen, is written as an escape. */
export function visible(text: string): string {
  return text.replace(deceptive, (character) => {
    const code = character.charCodeAt(0);
    if (code === 13) return '␍';
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** For a single line: line breaks and tabs become escapes, too. */
export const visibleLine = (text: string) => visible(text).replace(/\n/g, '\\n').replace(/\t/g, '\\t');
