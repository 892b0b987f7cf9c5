interface Props {
  names: readonly string[];
  value: string;
  onChange(name: string): void;
}

/** What was chosen stays a choice while the names are not known. */
export function NamespaceChoice({ names, value, onChange }: Props) {
  const all = [...new Set([...names, value])].filter((name) => name !== '').sort();
  return (
    <label>
      Namespace
      <select className="chip" data-testid="namespace" value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">All</option>
        {all.map((name) => <option key={name} value={name}>{name}</option>)}
      </select>
    </label>
  );
}
