import { searchOf } from '../../components/use-address';
import { rangeParameters, readRange, type TimeRange } from '../../lib/time-range';
import { ranges as callRanges } from '../calls/url-state';
import { type Metric, metrics } from './metrics';

/** Those of the calls that have a start. */
export const ranges = callRanges.filter(({ minutes }) => minutes > 0);
export const usualRange = '1h';

/** What a link to the map carries. */
export interface MapState extends TimeRange<(typeof ranges)[number]['value']> {
  where: string;
  namespace: string;
  /** Id of the place that is looked at, or of an edge: two ids with a line break between; "" for none. */
  focus: string;
  /** Only what is looked at and its neighbours. */
  alone: boolean;
  /** Not by namespace. */
  flat: boolean;
  metric: Metric;
  /** "" is what the width of the window suggests. */
  view: 'map' | 'table' | '';
}

export function readMapState(search: string): MapState {
  const parameters = new URLSearchParams(search);
  const view = parameters.get('view');
  return {
    ...readRange(parameters, ranges, usualRange),
    where: parameters.get('where') ?? '',
    namespace: parameters.get('namespace') ?? '',
    focus: parameters.get('focus') ?? '',
    alone: parameters.get('alone') === 'true',
    flat: parameters.get('flat') === 'true',
    metric: metrics.find(({ value }) => value === parameters.get('show'))?.value ?? 'rate',
    view: view === 'map' || view === 'table' ? view : '',
  };
}

export const writeMapState = (state: MapState) => searchOf({
  where: state.where, namespace: state.namespace, ...rangeParameters(state, usualRange), focus: state.focus,
  alone: state.alone && state.focus !== '' ? 'true' : '', flat: state.flat ? 'true' : '', show: state.metric === 'rate' ? '' : state.metric, view: state.view,
});

/** The focus on an edge. */
export const edgeId = ({ from, to }: { from: string; to: string }) => `${from}\n${to}`;
