import type { Problem } from '../../api/types';
import type { Range } from './url-state';

interface Props {
  loading: boolean;
  problem: Problem | undefined;
  filtered: boolean;
  range: Range;
  onRemoveFilter(): void;
}

export function EmptyState({ loading, problem, filtered, range, onRemoveFilter }: Props) {
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
        <p>{range === 'live' ? 'New calls that match will appear here.' : 'Try a longer time range.'}</p>
        <button type="button" className="button" onClick={onRemoveFilter}>Remove the filter</button>
      </div>
    );
  }
  return (
    <div className="empty" data-testid="empty">
      <h2>{range === 'live' ? 'Waiting for the first call' : 'No calls in this time'}</h2>
      <p>Weir shows every API call on this machine as soon as one is made. To see some now:</p>
      <dl>
        <dt><code>./dev demo</code></dt>
        <dd>two example services and traffic between them</dd>
        <dt><code>weir up</code></dt>
        <dd>watch the traffic of this machine</dd>
        <dt><code>weir doctor</code></dt>
        <dd>when calls are made but none appear: what this host allows</dd>
      </dl>
    </div>
  );
}
