import type { Call, CallSummary } from '../../../api/types';
import { formatDate, formatDuration } from '../../../lib/format';
import { phases } from './timing';

export function TimingView({ call }: { call: Call | CallSummary }) {
  const parts = phases(call);
  const handshake = call.tcp?.handshakeRttMs;
  const duration = call.durationMs;
  return (
    <div className="timing">
      <table data-testid="waterfall">
        <tbody>
          {parts.map((phase) => (
            <tr key={phase.id}>
              <th scope="row">{phase.label}</th>
              <td className="track">
                <i className={`phase phase-${phase.id}`} style={{ marginInlineStart: `${phase.start * 100}%`, inlineSize: `max(2px, ${phase.share * 100}%)` }} />
              </td>
              <td className="number">{formatDuration(phase.ms)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Whole call</th>
            <td className="muted">first byte of the request to last byte of the response</td>
            <td className="number">{formatDuration(duration)}</td>
          </tr>
        </tfoot>
      </table>
      {parts.length === 0 && <p className="muted">No times are known: the call has no response, and its handshake was not seen.</p>}
      {typeof handshake === 'number' && typeof duration === 'number' && duration > handshake && (
        <p>
          A round trip on this network took {formatDuration(handshake)}, so about {formatDuration(duration - handshake)} went
          to the server's work and the transfer.
        </p>
      )}
      <p className="muted">Started {formatDate(call.startedAt)}</p>
    </div>
  );
}
