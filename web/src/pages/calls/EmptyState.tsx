import type { Problem } from '../../api/types';
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
      <dl>
        <dt><code>curl http://localhost:8080/</code></dt>
        <dd>make a call to any plain HTTP service of this host: it appears here at once</dd>
        <dt><code>weir up --source ebpf</code></dt>
        <dd>when services talk TLS: reads calls inside their TLS libraries</dd>
        <dt><code>weir doctor</code></dt>
        <dd>when calls are made but none appear: tells what this host allows</dd>
        <dt><code>./dev demo</code></dt>
        <dd>two example services with traffic between them, and a tour</dd>
      </dl>
      <p><a href="/status">What is captured, and what is not</a></p>
    </div>
  );
}
