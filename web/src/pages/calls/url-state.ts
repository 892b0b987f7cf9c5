export type Range = 'live' | '5m' | '1h' | '24h';

export const ranges: { value: Range; label: string; minutes: number }[] = [
  { value: 'live', label: 'Live', minutes: 0 },
  { value: '5m', label: '5 min', minutes: 5 },
  { value: '1h', label: '1 h', minutes: 60 },
  { value: '24h', label: '24 h', minutes: 1440 },
];

/** What a link to the page carries. */
export interface PageState {
  where: string;
  range: Range;
  /** Id of the open call, or "". */
  call: string;
}

export function readPageState(search: string): PageState {
  const parameters = new URLSearchParams(search);
  const range = parameters.get('range');
  return {
    where: parameters.get('where') ?? '',
    range: ranges.find((known) => known.value === range)?.value ?? 'live',
    call: parameters.get('call') ?? '',
  };
}

export function writePageState(state: PageState): string {
  const parameters = new URLSearchParams();
  if (state.where !== '') parameters.set('where', state.where);
  if (state.range !== 'live') parameters.set('range', state.range);
  if (state.call !== '') parameters.set('call', state.call);
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
