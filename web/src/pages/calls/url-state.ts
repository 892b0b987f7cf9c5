import { searchOf } from '../../components/use-address';
import { type NamedRange, rangeParameters, readRange } from '../../lib/time-range';

export type Range = 'live' | '5m' | '1h' | '24h' | 'custom';

/** `seconds` is a bar of the histogram; a range has sixty to a hundred of them. */
export const ranges: (NamedRange<Exclude<Range, 'custom'>> & { seconds: number })[] = [
  { value: 'live', label: 'Live', minutes: 0, seconds: 5 },
  { value: '5m', label: '5 min', minutes: 5, seconds: 5 },
  { value: '1h', label: '1 h', minutes: 60, seconds: 60 },
  { value: '24h', label: '24 h', minutes: 1440, seconds: 900 },
];

export const detailTabs = ['overview', 'headers', 'request', 'response', 'messages', 'timing', 'raw'] as const;
export type DetailTab = (typeof detailTabs)[number];

/** What a link to the page carries. */
export interface PageState {
  where: string;
  range: Range;
  /** Of a custom range: Unix milliseconds; 0 otherwise. */
  from: number;
  to: number;
  /** Id of the open call, or "". */
  call: string;
  tab: DetailTab;
}

export function readPageState(search: string): PageState {
  const parameters = new URLSearchParams(search);
  return {
    where: parameters.get('where') ?? '',
    ...readRange(parameters, ranges, 'live'),
    call: parameters.get('call') ?? '',
    tab: detailTabs.find((known) => known === parameters.get('tab')) ?? 'overview',
  };
}

export const writePageState = ({ where, range, from, to, call, tab }: PageState) => searchOf({
  where, ...rangeParameters({ range, from, to }, 'live'), call, tab: call === '' || tab === 'overview' ? '' : tab,
});

/** The address of the list of calls with a filter, for links from elsewhere. */
export const callsAddress = (where: string, time: Pick<PageState, 'range' | 'from' | 'to'>) => `/${writePageState({ where, ...time, call: '', tab: 'overview' })}`;

/** Minutes that the histogram of a live list looks back. */
const liveMinutes = 5;
/** Bars of a custom range, at most. */
const customBars = 90;

/** The time that the histogram covers, in whole bars, so that bars do not jump while time passes. */
export function histogramSpan(state: Pick<PageState, 'range' | 'from' | 'to'>, now: number): { from: number; to: number; buckets: number } {
  if (state.range === 'custom') {
    const length = state.to - state.from;
    const steps = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000];
    const step = steps.find((candidate) => length / candidate <= customBars) ?? Math.ceil(length / customBars);
    const buckets = Math.max(1, Math.ceil(length / step));
    return { from: state.from, to: state.from + buckets * step, buckets };
  }
  const range = ranges.find((known) => known.value === state.range) ?? { minutes: 0, seconds: 5 };
  const step = range.seconds * 1000;
  const buckets = ((range.minutes || liveMinutes) * 60) / range.seconds;
  const to = (Math.floor(now / step) + 1) * step;
  return { from: to - buckets * step, to, buckets };
}
