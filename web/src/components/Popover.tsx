import { type ReactNode, useEffect, useId, useRef, useState } from 'react';

interface Props {
  label: ReactNode;
  /** Name of the panel, and of the button when its label is an icon. */
  title: string;
  buttonClass?: string;
  testId: string;
  children: ReactNode;
}

/** A button that opens a small panel under itself. Escape, a click elsewhere or leaving by Tab closes it. */
export function Popover({ label, title, buttonClass = 'button quiet', testId, children }: Props) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const root = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!open) return;
    const onPointer = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', onPointer);
    return () => document.removeEventListener('pointerdown', onPointer);
  }, [open]);

  return (
    <div
      className="popover"
      ref={root}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return;
        event.stopPropagation();
        setOpen(false);
        root.current?.querySelector('button')?.focus();
      }}
      onBlur={(event) => {
        if (event.relatedTarget && !root.current?.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <button
        type="button"
        className={buttonClass}
        data-testid={testId}
        title={title}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        {label}
      </button>
      {open && (
        <section className="popover-panel" id={id} aria-label={title} data-testid={`${testId}-panel`} tabIndex={-1}>
          <h2>{title}</h2>
          {children}
        </section>
      )}
    </div>
  );
}
