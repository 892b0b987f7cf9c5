import type { FilterField } from '../../api/types';
import { Icon } from '../../components/Icon';
import { hasClause, toggleClause } from './filter-text';
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
  /** Words for a range that was dragged or typed; empty for the others. */
  custom: string;
  facets: boolean;
  onFacets(): void;
  /** Where a HAR file of what is listed can be had. */
  har: string;
}

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

export function Toolbar({ where, range, paused, fields, onWhere, onRange, onPause, onClear, onRefresh, custom, facets, onFacets, har }: Props) {
  const known = new Set(fields.map((field) => field.name));
  return (
    <div className="toolbar">
      <div className="group" role="group" aria-label="List">
        <button type="button" className="button square plain" data-testid="facets-toggle" aria-pressed={facets} aria-label="Narrow down" title="Narrow down (f)" onClick={onFacets}>
          <Icon name="facets" />
        </button>
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
        <a className="button square" data-testid="download-har" href={har} download aria-label="Download as HAR" title="Download these calls as HAR, at most 1,000">
          <Icon name="download" />
        </a>
      </div>
      <div className="segmented" role="radiogroup" aria-label="Time range">
        {ranges.map((choice) => (
          <label key={choice.value}>
            <input type="radio" name="range" value={choice.value} checked={choice.value === range} data-testid={`range-${choice.value}`} onChange={() => onRange(choice.value)} />
            <span>{choice.label}</span>
          </label>
        ))}
        {range === 'custom' && (
          <label>
            <input type="radio" name="range" value="custom" checked readOnly data-testid="range-custom" />
            <span>{custom}</span>
          </label>
        )}
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
      </div>
    </div>
  );
}
