import { type ReactNode, useEffect, useRef } from 'react';
import { Icon } from './Icon';
import './dialog.css';

interface Props {
  title: string;
  open: boolean;
  testId: string;
  onClose(): void;
  children: ReactNode;
}

/** A native dialog: it keeps the focus inside, and Escape closes it. */
export function Dialog({ title, open, testId, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open && dialog.current?.open) dialog.current.close();
  }, [open]);
  return (
    <dialog ref={dialog} className="dialog" aria-label={title} data-testid={testId} onClose={onClose} onClick={(event) => event.target === dialog.current && onClose()}>
      <header>
        <h2>{title}</h2>
        <button type="button" className="button quiet square" aria-label="Close" onClick={onClose}><Icon name="close" /></button>
      </header>
      {open && children}
    </dialog>
  );
}
