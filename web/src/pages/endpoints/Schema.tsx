import { visible } from '../../lib/format';

/** A JSON Schema, folded until somebody wants it. */
export function Schema({ title, schema }: { title: string; schema: unknown }) {
  if (schema === undefined) return <p className="muted">{title}: not looked into</p>;
  return (
    <details className="schema">
      <summary>{title}</summary>
      <pre tabIndex={0} aria-label={title}>{visible(JSON.stringify(schema, null, 2))}</pre>
    </details>
  );
}
