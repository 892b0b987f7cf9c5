import { memo } from 'react';
import type { CallSummary } from '../../api/types';
import { durationShare, formatBytes, formatDuration, formatTime, visibleLine } from '../../lib/format';
import { peerAddress, peerName, rowNote, serverLabel, sizeOf, statusText, statusTone } from './call-facts';

interface Props {
  call: CallSummary;
  index: number;
  top: number;
  height: number;
  selected: boolean;
  compact: boolean;
  onSelect(id: string): void;
}

/** A hostile path may be megabytes long; a row shows what fits, the detail view shows all. */
const clip = (text: string) => visibleLine(text.length > 300 ? `${text.slice(0, 300)}…` : text);

export const CallRow = memo(function CallRow({ call, index, top, height, selected, compact, onSelect }: Props) {
  const tone = statusTone(call);
  const status = statusText(call);
  const request = call.request;
  const path = clip(request?.path ?? call.dns?.name ?? '(request not seen)');
  const note = clip(rowNote(call));
  const query = request?.query ? clip(`?${request.query}`) : '';
  const host = clip(request?.host ?? '');
  const from = clip(peerName(call.client));
  const to = clip(serverLabel(call.server, call.client));
  const duration = call.durationMs;

  return (
    <div
      role="row"
      id={`row-${index}`}
      className={`call tone-${tone}`}
      data-testid="call-row"
      data-call-id={call.id}
      aria-rowindex={index + 2}
      aria-selected={selected}
      style={{ height, transform: `translateY(${top}px)` }}
      // On press, not release: by the time of the release a live list may have moved another call here.
      onMouseDown={compact ? undefined : (event) => event.button === 0 && onSelect(call.id)}
      onClick={compact ? () => onSelect(call.id) : undefined}
    >
      <span role="gridcell" className="c-time">{formatTime(call.startedAt)}</span>
      <span role="gridcell" className="c-method" data-method={request?.method}>{clip(request?.method ?? call.dns?.type ?? '—')}</span>
      <span role="gridcell" className="c-status">
        <i className="dot" aria-hidden="true" />
        <b>{status.code}</b>
        {status.note !== '' && <em>{status.note}</em>}
      </span>
      <span role="gridcell" className="c-host" title={host}>{host}</span>
      <span role="gridcell" className="c-path" title={path + query}>
        {path}
        {query !== '' && <span className="query">{query}</span>}
        {note !== '' && <span className="query">{`  ${note}`}</span>}
      </span>
      <span role="gridcell" className="c-from" title={`${peerAddress(call.client)} → ${peerAddress(call.server)}`}>
        {from}
        <span className="arrow" aria-label="to"> → </span>
        {to}
      </span>
      <span role="gridcell" className="c-duration">
        <span>{formatDuration(duration)}</span>
        <i className="bar" aria-hidden="true">
          {duration !== null && duration !== undefined && (
            <i data-slow={duration > 500} style={{ transform: `scaleX(${durationShare(duration)})` }} />
          )}
        </i>
      </span>
      <span role="gridcell" className="c-size">{formatBytes(sizeOf(call))}</span>
    </div>
  );
});
