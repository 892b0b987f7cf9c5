import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { get } from '../../api/client';
import { HowToGetData } from '../../components/HowToGetData';
import { Icon } from '../../components/Icon';
import { KeysButton } from '../../components/KeysButton';
import { KeysDialog } from '../../components/KeysDialog';
import { PageHead } from '../../components/PageHead';
import { RangeChoice } from '../../components/RangeChoice';
import { pageShortcuts } from '../../components/pages';
import { searchOf, useAddress } from '../../components/use-address';
import { useAnswer } from '../../components/use-answer';
import { useKeys } from '../../components/use-keys';
import { useMedia } from '../../components/use-media';
import { formatCount, formatTime, plural, visibleLine } from '../../lib/format';
import { timeQuery } from '../../lib/time-range';
import { FilterBox } from '../calls/FilterBox';
import { useFilters } from '../calls/use-filters';
import { focusOn, matching, spotsOf } from './graph';
import { MapLayout } from './layout';
import { MapCanvas, type MapCanvasHandle } from './MapCanvas';
import { MapDetail } from './MapDetail';
import { MapTable } from './MapTable';
import { metrics } from './metrics';
import { ranges, readMapState, writeMapState } from './place';
import type { MapAnswer } from './types';
import './map.css';

const refreshMs = 10_000;

const shortcuts: readonly (readonly [keys: string, meaning: string])[] = [
  ['/', 'Find a place'],
  ['← → ↑ ↓', 'Go from place to place'],
  ['Enter', 'Look at a place, or no more'],
  ['n', 'Only it and its neighbours'],
  ['+ -', 'Larger, smaller'],
  ['0', 'Show all'],
  ['t', 'As a table, as a map'],
  ['Esc', 'Look at nothing'],
  ['?', 'These keys'],
];

/** Pictures of before, by what they show: who comes back finds everything where it was. */
const layouts = new Map<string, MapLayout>();
/** Their number; the oldest is forgotten. */
const maxLayouts = 20;

function layoutOf(key: string): MapLayout {
  const layout = layouts.get(key) ?? new MapLayout();
  layouts.delete(key);
  layouts.set(key, layout);
  if (layouts.size > maxLayouts) layouts.delete([...layouts.keys()][0] ?? '');
  return layout;
}

export function MapPage() {
  const [state, setState] = useAddress('/map', readMapState, writeMapState);
  const { fields, recent, saved, remember, save } = useFilters();
  const [words, setWords] = useState('');
  const [keysOpen, setKeysOpen] = useState(false);
  const [arranged, setArranged] = useState(0);
  const canvas = useRef<MapCanvasHandle>(null);
  const filter = useRef<{ focus(): void }>(null);
  const find = useRef<HTMLInputElement>(null);
  const phone = useMedia('(max-width: 720px)');
  const view = state.view === '' ? (phone ? 'table' : 'map') : state.view;

  const query = searchOf({ where: state.where, namespace: state.namespace, ...timeQuery(state, ranges) });
  const answer = useAnswer(query, (signal) => get<MapAnswer>(`/map${query}`, signal), refreshMs);
  // A filter with a mistake in it takes nothing away.
  const last = useRef<MapAnswer>(undefined);
  if (answer.value) last.current = answer.value;
  const value = answer.value ?? last.current;
  const all = useMemo(() => spotsOf(value ?? { nodes: [], edges: [] }), [value]);
  const allEdges = value?.edges ?? [];
  const focus = useMemo(() => focusOn(all, allEdges, state.focus), [all, allEdges, state.focus]);
  const alone = state.alone && focus.spot !== undefined;
  const spots = useMemo(() => (alone ? new Map([...all].filter(([id]) => focus.places.has(id))) : all), [all, alone, focus]);
  const edges = alone ? allEdges.filter(({ from, to }) => spots.has(from) && spots.has(to)) : allEdges;
  const found = useMemo(() => new Set(matching(spots, words)), [spots, words]);
  const namespaces = useMemo(() => [...new Set([state.namespace, ...(value?.nodes ?? []).map(({ namespace }) => namespace)])].filter((name) => name !== '').sort(), [state.namespace, value]);

  const pictureKey = [state.namespace, state.where, state.flat, alone ? state.focus : ''].join('\n');
  const picture = useMemo(() => layoutOf(pictureKey).draw(spots, !state.flat), [pictureKey, spots, state.flat, arranged]);
  const isEmpty = picture.places.size === 0;

  const onFocus = useCallback((id: string) => setState({ focus: id, ...(id === '' ? { alone: false } : {}) }), [setState]);
  const toggleView = () => setState({ view: view === 'map' ? 'table' : 'map' });
  const applyFilter = (where: string) => {
    setState({ where });
    remember(where);
  };

  useEffect(() => {
    document.title = 'Map · Weir';
  }, []);

  useKeys({
    '/': () => find.current?.select(),
    '0': () => canvas.current?.fit(),
    '+': () => canvas.current?.zoom(1.3),
    '-': () => canvas.current?.zoom(1 / 1.3),
    n: () => focus.spot && setState({ alone: !state.alone }),
    t: toggleView,
    Escape: () => onFocus(''),
    '?': () => setKeysOpen(true),
  });

  return (
    <div className="page">
      <PageHead tools={<KeysButton onKeys={() => setKeysOpen(true)} />} />
      <main className="map-main" aria-label="Map">
        <div className="controls">
          <FilterBox value={state.where} fields={fields} problem={answer.problem?.column === undefined ? undefined : answer.problem} recent={recent} saved={saved} values={new Map()} handle={filter} onApply={applyFilter} onLeave={() => find.current?.focus()} onSave={save} />
          <div className="toolbar">
            <RangeChoice known={ranges} chosen={state} onChoose={setState} />
            {namespaces.length > 0 && (
              <select className="chip" aria-label="Namespace" data-testid="map-namespace" data-set={state.namespace !== ''} value={state.namespace} onChange={(event) => setState({ namespace: event.target.value, focus: '', alone: false })}>
                <option value="">All namespaces</option>
                {namespaces.map((name) => <option key={name} value={name}>{visibleLine(name)}</option>)}
              </select>
            )}
            <div className="segmented" role="radiogroup" aria-label="Figures">
              {metrics.map(({ value: name, label }) => (
                <label key={name}>
                  <input type="radio" name="metric" checked={state.metric === name} data-testid={`metric-${name}`} onChange={() => setState({ metric: name })} />
                  <span>{label}</span>
                </label>
              ))}
            </div>
            <button type="button" className="chip" aria-pressed={!state.flat} onClick={() => setState({ flat: !state.flat })}>By namespace</button>
            <button type="button" className="chip" aria-pressed={view === 'table'} data-testid="map-view" title="The same facts as a table (t)" onClick={toggleView}>Table</button>
            <button type="button" className="button square" aria-label="Arrange anew" title="Arrange anew" onClick={() => { layoutOf(pictureKey).forget(); setArranged(arranged + 1); }}>
              <Icon name="refresh" />
            </button>
            <label className="map-find">
              <Icon name="search" />
              <input
                ref={find}
                type="search"
                aria-label="Find a place"
                placeholder="Find a place"
                data-testid="map-find"
                value={words}
                onChange={(event) => setWords(event.target.value)}
                onKeyDown={(event) => {
                  const [id] = found;
                  if (event.key === 'Escape') setWords('');
                  if (event.key !== 'Enter' || id === undefined) return;
                  // Or else the key goes on to press the place, which has the keyboard from here on.
                  event.preventDefault();
                  onFocus(id);
                  canvas.current?.goTo(id);
                }}
              />
            </label>
          </div>
        </div>
        <p className="map-told muted" role="status" data-testid="map-told">{told(value, answer.error, words === '' ? undefined : found.size)}</p>
        <div className={focus === undefined || state.focus === '' ? 'map-body' : 'map-body with-detail'}>
          {isEmpty ? <Empty answered={value !== undefined} narrowed={state.where !== '' || state.namespace !== ''} error={answer.error} onAll={() => setState({ where: '', namespace: '' })} />
            : view === 'table' ? <MapTable edges={edges} spots={spots} focus={focus} where={state.where} time={state} onFocus={onFocus} />
            : <MapCanvas spots={spots} edges={edges} picture={picture} pictureKey={`${pictureKey} ${arranged}`} metric={state.metric} focus={focus} found={found} handle={canvas} onFocus={onFocus} />}
          {(focus.spot || focus.edge) && !isEmpty && <MapDetail focus={focus} spots={all} where={state.where} time={state} alone={state.alone} onAlone={(next) => setState({ alone: next })} onFocus={onFocus} />}
        </div>
      </main>
      <KeysDialog open={keysOpen} shortcuts={[...shortcuts, ...pageShortcuts]} onClose={() => setKeysOpen(false)} />
    </div>
  );
}

function told(answer: MapAnswer | undefined, error: string | undefined, found: number | undefined): string {
  if (!answer) return error ?? 'Asking the center…';
  const parts = [
    `${plural(answer.nodes.length, 'place')}, ${plural(answer.edges.length, 'connection')}, ${plural(answer.calls, 'call')}`,
    answer.looked < answer.calls && `figures are estimates from ${formatCount(answer.looked)} of them`,
    answer.reachedBackTo != null && `back to ${formatTime(new Date(answer.reachedBackTo).toISOString()).slice(0, -4)} only, more took too long`,
    found !== undefined && `${formatCount(found)} found`,
    error,
  ];
  return `${parts.filter(Boolean).join('; ')}.`;
}

function Empty({ answered, narrowed, error, onAll }: { answered: boolean; narrowed: boolean; error: string | undefined; onAll(): void }) {
  if (!answered) return <div className="empty"><p className="muted">{error ?? 'Asking the center…'}</p></div>;
  if (narrowed) {
    return (
      <div className="empty" data-testid="empty">
        <h2>No call matches</h2>
        <p>Nobody called anybody with this filter, in this namespace, in this time.</p>
        <button type="button" className="button" onClick={onAll}>Show everything</button>
      </div>
    );
  }
  return (
    <div className="empty" data-testid="empty">
      <h2>No calls in this time</h2>
      <p>The map shows who calls whom as soon as somebody does. To get some calls:</p>
      <HowToGetData />
    </div>
  );
}

