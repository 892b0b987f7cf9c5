import type { Status } from '../api/types';
import { formatBytes, formatCount, formatDate, visibleLine } from '../lib/format';
import { Line } from './Line';

/** What the store holds, in a list of lines. */
export function StoredLines({ status }: { status: Status | undefined }) {
  const storage = status?.storage ?? {};
  const limit = Number(status?.settings?.['maxBytes'] ?? 0);
  return (
    <>
      <Line label="Calls kept">{formatCount(storage.exchanges ?? 0)}</Line>
      <Line label="On disk">
        {`${formatBytes(storage.bytes ?? 0)}${limit > 0 ? ` of ${formatBytes(limit)}` : ''}`}
        {limit > 0 && <meter min={0} max={limit} value={Math.min(limit, storage.bytes ?? 0)} aria-label="Share of the room that calls may take" />}
      </Line>
      <Line label="Oldest">{storage.oldest ? formatDate(storage.oldest).slice(0, -4) : '–'}</Line>
      <Line label="Newest">{storage.newest ? formatDate(storage.newest).slice(0, -4) : '–'}</Line>
      <Line label="Deleted for age">{formatCount(storage.deletedByAge ?? 0)}</Line>
      <Line label="Deleted for room">{formatCount(storage.deletedBySize ?? 0)}</Line>
      {storage.lastError && <Line label="Last failure"><span className="bad">{visibleLine(storage.lastError)}</span></Line>}
    </>
  );
}
