import type { ReactNode } from 'react';
import { type FileFormat, fileFormats } from '../../api/client';
import type { FilterField } from '../../api/types';
import { Icon } from '../../components/Icon';
import { RangeChoice } from '../../components/RangeChoice';
import type { TimeRange } from '../../lib/time-range';
import { fileNames, fileWords } from './files';
import { hasClause, toggleClause } from './filter-text';
import { type Range, ranges } from './url-state';

interface Props {
  where: string;
  range: TimeRange<Exclude<Range, 'custom'>>;
  paused: boolean;
  fields: readonly FilterField[];
  onWhere(filter: string): void;
  onRange(range: TimeRange<Exclude<Range, 'custom'>>): void;
  onPause(): void;
  onClear(): void;
  onRefresh(): void;
  facets: boolean;
  onFacets(): void;
  /** Where a file of what is listed can be had. */
  file(format: FileFormat): string;
  /** The same of raw packets, where there are any. */
  rawPackets: ReactNode;
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

export function Toolbar({ where, range, paused, fields, onWhere, onRange, onPause, onClear, onRefresh, facets, onFacets, file, rawPackets }: Props) {
  const known = new Set(fields.map((field) => field.name));
  return (
    <div className="toolbar">
      <div className="group" role="group" aria-label="List">
        <button type="button" className="button square plain" data-testid="facets-toggle" aria-pressed={facets} aria-label="Narrow down" title="Narrow down (f)" onClick={onFacets}>
          <Icon name="facets" />
        </button>
        {range.range === 'live' ? (
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
      <div className="group" role="group" aria-label="Download">
        {fileFormats.map((format) => (
          <a key={format} className="button file" data-testid={`download-${format}`} href={file(format)} download title={`Download these calls ${fileWords[format]}, at most 1,000`}>
            <Icon name="download" />
            {fileNames[format]}
          </a>
        ))}
        {rawPackets}
      </div>
      <RangeChoice known={ranges} chosen={range} onChoose={onRange} />
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
