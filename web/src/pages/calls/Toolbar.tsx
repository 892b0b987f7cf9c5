import type { FilterField } from '../../api/types';
import { Icon } from '../../components/Icon';
import { hasClause, methodOf, toggleClause, withMethod } from './filter-text';
import { type Range, ranges } from './url-state';

interface Props {
  where: string;
  range: Range;
  paused: boolean;
  fields: readonly FilterField[];
  onWhere(filter: string): void;
  onRange(range: Range): void;
  onPause(): void;
  onClear(): void;
  onRefresh(): void;
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

interface Chip {
  id: string;
  label: string;
  /** The first whose field the center knows is used; a chip without one is not shown. */
  clauses: { field: string; clause: string }[];
}

const chips: Chip[] = [
  { id: 'errors', label: 'Errors', clauses: [{ field: 'status_code', clause: 'status_code >= 400' }] },
  {
    id: 'slow',
    label: 'Slow > 500 ms',
    clauses: [
      { field: 'duration_ms', clause: 'duration_ms > 500' },
      { field: 'elapsed_time', clause: 'elapsed_time > 500000' },
    ],
  },
  { id: 'incomplete', label: 'Incomplete', clauses: [{ field: 'complete', clause: '!complete' }, { field: 'incomplete', clause: 'incomplete' }] },
];

export function Toolbar({ where, range, paused, fields, onWhere, onRange, onPause, onClear, onRefresh }: Props) {
  const known = new Set(fields.map((field) => field.name));
  return (
    <div className="toolbar">
      <div className="group" role="group" aria-label="List">
        {range === 'live' ? (
          <button type="button" className="button square" data-testid="pause" aria-pressed={paused} aria-label={paused ? 'Resume' : 'Pause'} title={paused ? 'Resume (Space)' : 'Pause (Space)'} onClick={onPause}>
            <Icon name={paused ? 'play' : 'pause'} />
          </button>
        ) : (
          <button type="button" className="button square" data-testid="refresh" aria-label="Load again" title="Load again" onClick={onRefresh}>
            <Icon name="refresh" />
          </button>
        )}
        <button type="button" className="button square" data-testid="clear" aria-label="Clear the list" title="Clear the list" onClick={onClear}>
          <Icon name="clear" />
        </button>
      </div>
      <div className="segmented" role="radiogroup" aria-label="Time range">
        {ranges.map((choice) => (
          <label key={choice.value}>
            <input type="radio" name="range" value={choice.value} checked={choice.value === range} data-testid={`range-${choice.value}`} onChange={() => onRange(choice.value)} />
            <span>{choice.label}</span>
          </label>
        ))}
      </div>
      <div className="group chips" role="group" aria-label="Quick filters">
        {chips.map((chip) => {
          const clause = chip.clauses.find((candidate) => known.has(candidate.field))?.clause;
          return clause && (
            <button key={chip.id} type="button" className="chip" data-testid={`chip-${chip.id}`} aria-pressed={hasClause(where, clause)} onClick={() => onWhere(toggleClause(where, clause))}>
              {chip.label}
            </button>
          );
        })}
        <select className="chip" aria-label="Method" data-testid="chip-method" data-set={methodOf(where) !== ''} value={methodOf(where)} onChange={(event) => onWhere(withMethod(where, event.target.value))}>
          <option value="">Any method</option>
          {[...new Set([...methods, ...(methodOf(where) ? [methodOf(where)] : [])])].map((method) => (
            <option key={method}>{method}</option>
          ))}
        </select>
      </div>
    </div>
  );
}
