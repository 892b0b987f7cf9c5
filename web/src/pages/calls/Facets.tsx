import { useState } from 'react';
import type { Overview } from '../../api/types';
import { Icon } from '../../components/Icon';
import { formatCompact, formatCount, visibleLine } from '../../lib/format';
import { readStored, writeStored } from '../../lib/storage';
import { type Facet, type FacetValue, facetsOf } from './facets';
import { hasClause } from './filter-text';
import './facets.css';

interface Props {
  overview: Overview | undefined;
  where: string;
  onToggle(clause: string): void;
  onClose(): void;
}

/** Values of a facet that show before "more". */
const short = 6;

/** What the calls of the current filter and range have in common, to click on. */
export function Facets({ overview, where, onToggle, onClose }: Props) {
  const facets = facetsOf(overview);
  const part = overview !== undefined && overview.fieldsCounted < overview.matched;
  return (
    <aside className="facets" aria-label="Narrow down" data-testid="facets">
      <header>
        <h2>Narrow down</h2>
        <button type="button" className="button quiet square" aria-label="Hide this" title="Hide (f)" onClick={onClose}><Icon name="close" /></button>
      </header>
      {facets.map((facet) => <Section key={facet.id} facet={facet} where={where} onToggle={onToggle} />)}
      {overview && facets.length === 0 && <p className="muted">Nothing to count: no call matches in this time.</p>}
      {part && <p className="muted">{`Counted over the newest ${formatCount(overview.fieldsCounted)} calls.`}</p>}
    </aside>
  );
}

function Section({ facet, where, onToggle }: { facet: Facet; where: string; onToggle(clause: string): void }) {
  const [open, setOpen] = useState(() => readStored<Record<string, boolean>>('facets', {})[facet.id] ?? facet.open);
  const [all, setAll] = useState(false);
  const shown = all ? facet.values : facet.values.slice(0, short);
  const most = Math.max(1, ...facet.values.map((value) => value.count));
  const toggleOpen = () => {
    setOpen(!open);
    writeStored('facets', { ...readStored<Record<string, boolean>>('facets', {}), [facet.id]: !open });
  };
  return (
    <section className="facet" data-testid={`facet-${facet.id}`}>
      <h3>
        <button type="button" aria-expanded={open} onClick={toggleOpen}>
          <Icon name="chevron" />
          {facet.label}
          {!open && <span className="muted">{facet.values.length === 1 ? visibleLine(facet.values[0]?.label ?? '') : facet.values.length}</span>}
        </button>
      </h3>
      {open && (
        <ul>
          {shown.map((value) => <Value key={value.clause} value={value} most={most} where={where} onToggle={onToggle} />)}
        </ul>
      )}
      {open && facet.values.length > short && (
        <button type="button" className="more" onClick={() => setAll(!all)}>{all ? 'Fewer' : `${facet.values.length - short} more`}</button>
      )}
      {open && all && facet.others > 0 && <p className="muted">{`${formatCount(facet.others)} calls with other values`}</p>}
    </section>
  );
}

function Value({ value, most, where, onToggle }: { value: FacetValue; most: number; where: string; onToggle(clause: string): void }) {
  const label = visibleLine(value.label.length > 200 ? `${value.label.slice(0, 200)}…` : value.label);
  const only = hasClause(where, value.clause);
  const count = formatCompact(value.count);
  return (
    <li>
      <button type="button" className="value" aria-pressed={only} title={`${label}: ${formatCount(value.count)} calls`} onClick={() => onToggle(value.clause)}>
        <i className="share" aria-hidden="true" style={{ transform: `scaleX(${value.count / most})` }} />
        {value.tone && <i className={`swatch bar-${value.tone}`} aria-hidden="true" />}
        <span>{label}</span>
        <b>{count}</b>
      </button>
      <button type="button" className="without" aria-label={`Leave out ${label}`} title={`Leave out ${label}`} onClick={() => onToggle(value.without)}>
        <Icon name="minus" />
      </button>
    </li>
  );
}
