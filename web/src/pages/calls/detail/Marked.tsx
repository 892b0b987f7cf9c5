import { visible } from '../../../lib/format';

/** What stands in place of a masked value. */
const mask = /(\*\*\*[a-z0-9_]+\*\*\*)/;

/** Captured text with masks marked; all of it where the whole text is sensitive. */
export function Marked({ text, sensitive = false }: { text: string; sensitive?: boolean }) {
  if (!mask.test(text)) return sensitive ? <mark title="Sensitive">{visible(text)}</mark> : <>{visible(text)}</>;
  return (
    <>
      {text.split(mask).map((part, index) => (index % 2 === 1
        // Parts and masks alternate: the position is the identity.
        ? <mark key={index} title={`Masked by Weir: ${part.slice(3, -3).replaceAll('_', ' ')}`}>{part}</mark>
        : <span key={index}>{visible(part)}</span>
      ))}
    </>
  );
}
