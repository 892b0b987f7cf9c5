import { useEffect, useRef } from 'react';
import { Icon } from './Icon';

interface Props {
  open: boolean;
  shortcuts: readonly (readonly [keys: string, meaning: string])[];
  onClose(): void;
}

/** The keys of the page. A native dialog: it keeps the focus inside, and Escape closes it. */
export function KeysDialog({ open, shortcuts, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open && dialog.current?.open) dialog.current.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      className="keys-dialog"
      aria-labelledby="keys-title"
      data-testid="keys-dialog"
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <header>
        <h2 id="keys-title">Keyboard</h2>
        <button type="button" className="button quiet square" aria-label="Close" onClick={onClose}><Icon name="close" /></button>
      </header>
      <dl>
        {shortcuts.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>{meaning}</dt>
            <dd>{keys.split(' ').map((key) => <kbd key={key}>{key}</kbd>)}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
