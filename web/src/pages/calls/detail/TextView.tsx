import { useState } from 'react';
import { formatCount } from '../../../lib/format';
import { Marked } from './Marked';

/** Characters put on the page at a time. */
const step = 100_000;

export function TextView({ text }: { text: string }) {
  const [limit, setLimit] = useState(step);
  return (
    <>
      <pre className="code" data-testid="text"><Marked text={text.slice(0, limit)} /></pre>
      {text.length > limit && (
        <button type="button" className="button" onClick={() => setLimit(limit + step * 5)}>
          {`Show more (${formatCount(text.length - limit)} characters left)`}
        </button>
      )}
    </>
  );
}
