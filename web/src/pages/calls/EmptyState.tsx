import type { Problem } from '../../api/types';
import { HowToGetData } from '../../components/HowToGetData';
import { formatCount } from '../../lib/format';
import type { Range } from './url-state';

interface Props {
  loading: boolean;
  problem: Problem | undefined;
  filtered: boolean;
  range: Range;
  /** Undefined until the center has told. */
  packets: number | undefined;
  onRemoveFilter(): void;
}

export function EmptyState({ loading, problem, filtered, range, packets, onRemoveFilter }: Props) {
  if (loading) return <div className="empty" data-testid="empty"><p className="muted">Loading calls…</p></div>;
  if (problem) {
    return (
      <div className="empty" data-testid="empty">
        <h2>{problem.title}</h2>
        {problem.detail && <p>{problem.detail}</p>}
      </div>
    );
  }
  if (filtered) {
    return (
      <div className="empty" data-testid="empty">
        <h2>No call matches the filter</h2>
        <p>{range === 'live' ? 'Calls that match will appear here as they are made.' : 'Try a longer time range.'}</p>
        <button type="button" className="button" onClick={onRemoveFilter}>Remove the filter</button>
      </div>
    );
  }
  const seen = packets === undefined || packets === 0
    ? 'Weir shows every API call on this machine as soon as one is made. No packet has passed yet. To get some:'
    : `${formatCount(packets)} packets have passed, and no API call was among them. To get some:`;
  return (
    <div className="empty" data-testid="empty">
      <h2>{range === 'live' ? 'Waiting for the first call' : 'No calls in this time'}</h2>
      <p>{seen}</p>
      <HowToGetData />
    </div>
  );
}
