import { formatCount, visible, visibleLine } from '../../lib/format';
import type { Preview } from './types';
import { effectiveWords } from './words';

/** What a limit would change, line by line, and whom it would have refused. */
export function PreviewView({ preview }: { preview: Preview }) {
  const { traffic } = preview;
  return (
    <div className="preview" data-testid="preview">
      {preview.unavailable !== undefined && <p className="notice bad">{visibleLine(preview.unavailable)}</p>}
      {traffic ? (
        <div className="would" data-testid="would">
          <p><b>{`Would have refused ${formatCount(traffic.blocked)} of ${formatCount(traffic.calls)}`}</b>{` calls of the last hour to ${visibleLine(traffic.services.join(', '))}${traffic.isComplete ? '.' : ', of those that were looked at: there were more.'}`}</p>
          <div className="share" aria-hidden="true"><i style={{ width: `${(100 * traffic.blocked) / Math.max(1, traffic.calls)}%` }} /></div>
          {traffic.clients.length > 0 && (
            <ul>
              {traffic.clients.slice(0, 5).map((one) => (
                <li key={one.client}><code>{visibleLine(one.client)}</code><span>{`${formatCount(one.blocked)} of its ${formatCount(one.calls)}`}</span></li>
              ))}
            </ul>
          )}
        </div>
      ) : <p className="muted">Which services it leads to is not known, so nobody can say whom it would have refused.</p>}
      <p>{visibleLine(`${preview.provider}: ${effectiveWords(preview.effective)}.`)}</p>
      {preview.warnings.map((warning) => <p key={warning} className="notice">{visibleLine(warning)}</p>)}
      {preview.conflicts.map((one) => (
        <p key={one.field} className="notice bad" data-testid="conflict">
          {visibleLine(`${one.manager} owns ${one.field}. ${one.isGitOps ? 'It puts back what it finds changed: the limit belongs into its repository.' : 'Setting the limit takes it over, and gives it back at the end.'}`)}
        </p>
      ))}
      {preview.objects.map((one) => (
        <figure key={one.object}>
          <figcaption>{visibleLine(one.object)}</figcaption>
          <pre className="diff" tabIndex={0} aria-label={`Changes of ${one.object}`} data-testid="diff">
            {one.diff.replace(/\n$/, '').split('\n').map((line, index) => <span key={index} data-change={line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : undefined}>{`${visible(line)}\n`}</span>)}
          </pre>
        </figure>
      ))}
    </div>
  );
}
