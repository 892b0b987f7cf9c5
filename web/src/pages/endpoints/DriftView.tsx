import { useState } from 'react';
import { formatCount, plural, visibleLine } from '../../lib/format';
import { compare } from './api';
import { words } from './list';
import type { DriftReport } from './types';

/** What a service does that a document somebody has does not say. */
export function DriftView({ service }: { service: string }) {
  const [state, setState] = useState<{ name: string; report?: DriftReport; error?: string }>();
  const run = async (file: File | undefined) => {
    if (!file) return;
    setState({ name: file.name });
    try {
      setState({ name: file.name, report: await compare(service, file) });
    } catch (failure) {
      setState({ name: file.name, error: failure instanceof Error ? failure.message : String(failure) });
    }
  };
  const report = state?.report;
  return (
    <section aria-labelledby="drift" key={service}>
      <h2 id="drift">Does it keep to its specification?</h2>
      <p className="muted">The document is sent to the center, compared with what traffic showed, and not kept.</p>
      <p className="endpoints-bar">
        <label>
          OpenAPI 3.0 or 3.1, YAML or JSON
          <input type="file" data-testid="spec" accept=".yaml,.yml,.json" onChange={(event) => void run(event.target.files?.[0])} />
        </label>
      </p>
      <div role="status" data-testid="drift-verdict">
        {state?.error !== undefined && <p className="notice bad">{state.error}</p>}
        {report && (
          <p className="notice">
            {`${formatCount(report.matched)} of ${plural(report.observed, 'endpoint')} are described in ${state.name}; `}
            {report.drift.length === 0 ? 'no drift.' : `${plural(report.drift.length, 'difference')}.`}
            {report.unused.length > 0 && ` ${plural(report.unused.length, 'operation')} had no call: ${report.unused.slice(0, 5).join(', ')}${report.unused.length > 5 ? ' …' : ''}`}
          </p>
        )}
      </div>
      {report && report.drift.length > 0 && (
        <div className="wide" role="region" tabIndex={0} aria-label="Differences">
          <table data-testid="drift">
            <thead>
              <tr><th scope="col">What</th><th scope="col">Endpoint</th><th scope="col">Where</th><th scope="col">In words</th><th scope="col" className="number">Calls</th></tr>
            </thead>
            <tbody>
              {report.drift.map((one, index) => (
                <tr key={index}>
                  <td>{words(one.kind)}</td>
                  <td>{visibleLine(`${one.method} ${one.path}`)}</td>
                  <td>{visibleLine(one.where) || '–'}</td>
                  <td>{visibleLine(one.detail)}</td>
                  <td className="number">{formatCount(one.count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
