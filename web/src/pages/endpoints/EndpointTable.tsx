import type { MouseEvent } from 'react';
import { formatCount, formatDuration, visibleLine } from '../../lib/format';
import { failureShare, findingsOf, nameOf, percent } from './list';
import type { EndpointSummary, Finding } from './types';

interface Props {
  endpoints: readonly EndpointSummary[];
  findings: readonly Finding[];
  selected: string;
  onSelect(id: string): void;
  hrefOf(id: string): string;
}

/** Rows that are drawn; a longer list is narrowed by service or words. */
const maxRows = 500;

export function EndpointTable({ endpoints, findings, selected, onSelect, hrefOf }: Props) {
  const follow = (event: MouseEvent, id: string) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    onSelect(id);
  };
  return (
    <>
      <div className="wide" role="region" tabIndex={0} aria-label="List of endpoints">
        <table data-testid="endpoints">
          <thead>
            <tr>
              <th scope="col">Service</th>
              <th scope="col">Method</th>
              <th scope="col">Path</th>
              <th scope="col" className="number">Calls</th>
              <th scope="col" className="number">p90</th>
              <th scope="col" className="number">Failed</th>
              <th scope="col" className="more">Identified by</th>
              <th scope="col" className="more">Sensitive</th>
              <th scope="col" className="number">Findings</th>
            </tr>
          </thead>
          <tbody>
            {endpoints.slice(0, maxRows).map((one) => {
              const found = findingsOf(one, findings);
              const failed = failureShare(one);
              return (
                <tr key={one.id + one.service} aria-current={one.id === selected ? 'true' : undefined} data-testid="endpoint">
                  <td>{visibleLine(one.service)}</td>
                  <td><code className="method">{visibleLine(one.method)}</code></td>
                  <td>
                    <a href={hrefOf(one.id)} onClick={(event) => follow(event, one.id)}>{visibleLine(nameOf(one))}</a>
                    {!one.confirmed && <span className="muted"> unconfirmed</span>}
                  </td>
                  <td className="number">{formatCount(one.calls)}</td>
                  <td className="number">{formatDuration(one.latencyMs.p90)}</td>
                  <td className={`number ${failed > 0 ? 'bad' : ''}`}>{percent(failed)}</td>
                  <td className="more">{one.auth.join(', ')}</td>
                  <td className="more">{one.sensitive.join(', ') || '–'}</td>
                  <td className={`number ${found.some((finding) => finding.severity === 'high' || finding.severity === 'medium') ? 'bad' : ''}`}>{found.length === 0 ? '–' : formatCount(found.length)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {endpoints.length > maxRows && <p className="muted">{`${formatCount(endpoints.length - maxRows)} more: choose a service, or find by words.`}</p>}
    </>
  );
}
