import type { ReactNode } from 'react';

/** A name and its value in a list of lines (`dl.lines`). */
export function Line({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
