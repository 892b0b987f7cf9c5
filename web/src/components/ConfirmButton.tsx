import { type ReactNode, useState } from 'react';
import { Dialog } from './Dialog';

interface Props {
  label: ReactNode;
  /** Accessible name, where the label alone does not say which row it is of. */
  name?: string;
  /** What is asked. */
  title: string;
  /** What will be so afterwards. */
  children: ReactNode;
  /** The word on the button that does it. */
  yes: string;
  testId: string;
  danger?: boolean;
  disabled?: boolean;
  onYes(): Promise<void>;
}

/** A button that asks before it does something. What fails is said in the dialog, which stays open. */
export function ConfirmButton({ label, name, title, children, yes, testId, danger = false, disabled = false, onYes }: Props) {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const close = () => {
    setOpen(false);
    setTrouble('');
  };
  const run = async () => {
    setBusy(true);
    try {
      await onYes();
      close();
    } catch (failure) {
      setTrouble(failure instanceof Error ? failure.message : String(failure));
    }
    setBusy(false);
  };
  return (
    <>
      <button type="button" className={danger ? 'button danger' : 'button'} aria-label={name} data-testid={testId} disabled={disabled} onClick={() => setOpen(true)}>{label}</button>
      <Dialog title={title} open={open} testId={`${testId}-dialog`} onClose={close}>
        {children}
        <p className="trouble" role="alert">{trouble}</p>
        <div className="actions">
          <button type="button" className="button" onClick={close}>Leave it</button>
          <button type="button" className={danger ? 'button danger' : 'button primary'} data-testid={`${testId}-yes`} disabled={busy} onClick={() => void run()}>{yes}</button>
        </div>
      </Dialog>
    </>
  );
}
