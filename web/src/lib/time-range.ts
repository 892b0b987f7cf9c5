import { formatTime } from './format';

/** A time that a page is about: one of its named ranges, which end now, or a custom one. */
export interface TimeRange<R extends string = string> {
  range: R | 'custom';
  /** Of a custom range: Unix milliseconds; 0 otherwise. */
  from: number;
  to: number;
}

export interface NamedRange<R extends string = string> {
  value: R;
  label: string;
  /** 0 has no start. */
  minutes: number;
}

const instant = (text: string | null) => {
  const time = text ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? 0 : time;
};

export function readRange<R extends string>(parameters: URLSearchParams, known: readonly NamedRange<R>[], otherwise: R): TimeRange<R> {
  const [from, to] = [instant(parameters.get('from')), instant(parameters.get('to'))];
  if (from > 0 && to > from) return { range: 'custom', from, to };
  return { range: known.find(({ value }) => value === parameters.get('range'))?.value ?? otherwise, from: 0, to: 0 };
}

/** As `readRange` reads it; the range that is meant when none is named is left out. */
export function rangeParameters({ range, from, to }: TimeRange, otherwise: string): Record<string, string> {
  if (range === 'custom') return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  return range === otherwise ? {} : { range };
}

/** What the center is asked for. */
export function timeQuery({ range, from, to }: TimeRange, known: readonly NamedRange[]): { from?: string; to?: string } {
  if (range === 'custom') return { from: String(from), to: String(to) };
  const minutes = known.find(({ value }) => value === range)?.minutes ?? 0;
  return minutes > 0 ? { from: `-${minutes}m` } : {};
}

/** A custom range as a person reads it; with days where it is not of today. */
export function rangeWords(from: number, to: number): string {
  const [start, end] = [new Date(from), new Date(to)];
  const clock = (time: Date) => formatTime(time.toISOString()).slice(0, to - from >= 1000 ? -4 : undefined);
  const sameDay = start.toDateString() === end.toDateString() && start.toDateString() === new Date().toDateString();
  return `${sameDay ? '' : `${start.getMonth() + 1}-${start.getDate()} `}${clock(start)} – ${clock(end)}`;
}
