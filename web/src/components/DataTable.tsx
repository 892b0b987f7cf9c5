import type { ReactNode } from 'react';
import { visibleLine } from '../lib/format';

export interface Column<T> {
  name: string;
  /** Numbers stand at the end of their column. */
  number?: boolean;
  /** A text is shown so that nothing in it can hide or reorder what stands beside it. */
  cell(row: T): ReactNode;
}

interface Props<T> {
  label: string;
  testId: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf(row: T): string;
}

/** A table that scrolls sideways by itself where it has no room. */
export function DataTable<T>({ label, testId, columns, rows, keyOf }: Props<T>) {
  return (
    <div className="wide" role="region" tabIndex={0} aria-label={label}>
      <table data-testid={testId}>
        <thead>
          <tr>{columns.map(({ name, number }) => <th key={name} scope="col" className={number ? 'number' : undefined}>{name === '' ? <span className="visually-hidden">Actions</span> : name}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>{columns.map(({ name, number, cell }) => <td key={name} className={number ? 'number' : undefined}>{shown(cell(row))}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const shown = (content: ReactNode) => (typeof content === 'string' ? visibleLine(content) : content);
