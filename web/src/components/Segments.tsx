interface Props<T extends string> {
  label: string;
  name: string;
  choices: readonly (readonly [value: T, label: string])[];
  value: T;
  onChange(value: T): void;
}

/** One of a few. */
export function Segments<T extends string>({ label, name, choices, value, onChange }: Props<T>) {
  return (
    <div className="segmented" role="group" aria-label={label}>
      {choices.map(([choice, text]) => (
        <label key={choice}>
          <input type="radio" name={name} data-testid={`${name}-${choice}`} checked={choice === value} onChange={() => onChange(choice)} />
          <span>{text}</span>
        </label>
      ))}
    </div>
  );
}
