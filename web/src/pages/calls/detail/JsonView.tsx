import { useMemo, useState } from 'react';
import { jsonLines, linePaths, visibleLines } from '../../../lib/json-lines';
import { plural } from '../../../lib/format';
import { Marked } from './Marked';
import { TextView } from './TextView';

/** Lines put on the page at a time: a large body must not stop the browser. */
const step = 1000;

/** JSON with indentation, colours and folding; text that is no JSON is shown as text. */
export function JsonView({ text, sensitive }: { text: string; sensitive?: ReadonlySet<string> }) {
  const document = useMemo(() => jsonLines(text), [text]);
  const paths = useMemo(() => (document && sensitive && sensitive.size > 0 ? linePaths(document.lines) : []), [document, sensitive]);
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const [limit, setLimit] = useState(step);
  if (!document) return <TextView text={text} />;

  const { lines } = document;
  const shown = visibleLines(lines, folded);
  const toggle = (index: number) => {
    const next = new Set(folded);
    if (!next.delete(index)) next.add(index);
    setFolded(next);
  };

  return (
    <div className="code json" data-testid="json">
      {shown.slice(0, limit).map((index) => {
        const line = lines[index];
        if (!line) return null;
        const foldable = line.closedBy !== undefined;
        const marked = sensitive?.has(paths[index] ?? '') ?? false;
        const closed = foldable && folded.has(index);
        const closer = closed ? lines[line.closedBy ?? 0]?.tokens.map((token) => token.text).join('') : '';
        return (
          <div className="line" key={index} style={{ paddingInlineStart: `${line.indent * 1.15 + 1.3}em` }}>
            {foldable && (
              <button type="button" className="fold" style={{ insetInlineStart: `${line.indent * 1.15}em` }} aria-expanded={!closed} aria-label={closed ? 'Unfold' : 'Fold'} onClick={() => toggle(index)} />
            )}
            {line.tokens.map((token, position) => (
              <span key={position} className={`t-${token.kind}`}><Marked text={token.text} sensitive={marked && token.kind !== 'key' && token.kind !== 'punctuation'} /></span>
            ))}
            {closed && <button type="button" className="folded" onClick={() => toggle(index)}>{plural(line.members ?? 0, 'item')}</button>}
            {closed && closer}
          </div>
        );
      })}
      {shown.length > limit && (
        <button type="button" className="button" onClick={() => setLimit(limit + step * 5)}>{`Show more (${plural(shown.length - limit, 'line')} left)`}</button>
      )}
      {!document.complete && <p className="muted">The text ends here, in the middle of the JSON.</p>}
    </div>
  );
}
