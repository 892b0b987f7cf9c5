import { Icon } from './Icon';

/** Shows which keys do what. */
export function KeysButton({ onKeys }: { onKeys(): void }) {
  return (
    <button type="button" className="button quiet square keys" data-testid="keys" aria-label="Keyboard" title="Keyboard (?)" onClick={onKeys}>
      <Icon name="keyboard" />
    </button>
  );
}
