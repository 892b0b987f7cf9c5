import { searchOf } from '../../components/use-address';
import { type NamedRange, rangeParameters, readRange, type TimeRange } from '../../lib/time-range';
import { type Field, fields, type Grouping } from './fields';

export type TrafficRange = '1h' | '6h' | '24h' | '7d';

export const ranges: NamedRange<TrafficRange>[] = [
  { value: '1h', label: '1 h', minutes: 60 },
  { value: '6h', label: '6 h', minutes: 360 },
  { value: '24h', label: '24 h', minutes: 1440 },
  { value: '7d', label: '7 d', minutes: 10_080 },
];
export const usualRange: TrafficRange = '1h';

/** What a link to the traffic carries. */
export interface TrafficState extends TimeRange<TrafficRange> {
  by: Grouping;
  measure: 'bytes' | 'packets';
  /** Values that fields must have. */
  only: Partial<Record<Field, string>>;
}

export function readTrafficState(search: string): TrafficState {
  const parameters = new URLSearchParams(search);
  const only: TrafficState['only'] = {};
  for (const { filter } of fields) {
    const value = parameters.get(filter);
    if (value) only[filter] = value;
  }
  return {
    ...readRange(parameters, ranges, usualRange),
    by: fields.find(({ value }) => value === parameters.get('by'))?.value ?? '',
    measure: parameters.get('measure') === 'packets' ? 'packets' : 'bytes',
    only,
  };
}

export const writeTrafficState = (state: TrafficState) => searchOf({
  ...rangeParameters(state, usualRange), by: state.by, measure: state.measure === 'packets' ? 'packets' : '', ...state.only,
});
