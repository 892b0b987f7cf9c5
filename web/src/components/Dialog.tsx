import { type ReactNode, type SyntheticEvent, useEffect, useRef } from 'react';
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
  // React hands on what a dialog inside of this one tells: only what this one is told of counts.
  const mine = (event: SyntheticEvent) => {
    if (event.target === dialog.current) onClose();
  };
  return (
    <dialog ref={dialog} className="dialog" aria-label={title} data-testid={testId} onClose={mine} onClick={mine}>
      <header>
        <h2>{title}</h2>
        <button type="button" className="button quiet square" aria-label="Close" onClick={onClose}><Icon name="close" /></button>
      </header>
      {open && children}
    </dialog>
  );
}
