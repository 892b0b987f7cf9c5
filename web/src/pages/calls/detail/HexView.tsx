import { useMemo, useState } from 'react';
import { formatBytes } from '../../../lib/format';
import { hexLines } from '../../../lib/hex';

const step = 16 * 512;

export function HexView({ bytes }: { bytes: Uint8Array }) {
  const [limit, setLimit] = useState(step);
  const lines = useMemo(() => hexLines(bytes.subarray(0, limit)), [bytes, limit]);
  return (
    <>
      <pre className="code hex" data-testid="hex">
        {lines.map((line) => (
          <span key={line.offset}>
            <span className="t-offset">{line.offset}</span>  {line.hex}  <span className="t-string">{line.ascii}</span>
            {'\n'}
          </span>
        ))}
      </pre>
      {bytes.length > limit && (
        <button type="button" className="button" onClick={() => setLimit(limit + step * 4)}>{`Show more (${formatBytes(bytes.length - limit)} left)`}</button>
      )}
    </>
  );
}
