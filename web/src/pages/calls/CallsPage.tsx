import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { fileAddress } from '../../api/client';
import { Icon } from '../../components/Icon';
import { KeysDialog } from '../../components/KeysDialog';
import { type Dock, SplitPane } from '../../components/SplitPane';
import { pageShortcuts } from '../../components/pages';
import { useKeys } from '../../components/use-keys';
import { useMedia } from '../../components/use-media';
import { useStatus } from '../../components/use-status';
import { formatCompact, formatCount, plural } from '../../lib/format';
import { readStored, writeStored } from '../../lib/storage';
import { timeQuery } from '../../lib/time-range';
import { CallsHead, type LiveState } from './CallsHead';
import { CallStore, type CallsSnapshot } from './call-store';
import { CallTable, type CallTableHandle } from './CallTable';
import { DetailPanel } from './detail/DetailPanel';
import { DemoGuide } from './DemoGuide';
import { EmptyState } from './EmptyState';
import { Facets } from './Facets';
import { FilterBox } from './FilterBox';
import { addClause, toggleClause } from './filter-text';
import { Histogram } from './Histogram';
import { RawPackets } from './RawPackets';
import { Toolbar } from './Toolbar';
import { shortcuts } from './shortcuts';
import { useOverview } from './use-overview';
import { useFilters } from './use-filters';
import { ranges } from './url-state';
import { usePageState } from './use-page-state';
import './calls-page.css';

export function CallsPage() {
  const [store] = useState(() => new CallStore());
  const snapshot = useSyncExternalStore(store.subscribe, store.getSnapshot);
  const [page, setPage] = usePageState();
  const { status, failed } = useStatus();
  const { fields, recent, saved, remember, save } = useFilters();
  const [chosenDock, setChosenDock] = useState(() => readStored<Dock>('dock', 'right'));
  const [keysOpen, setKeysOpen] = useState(false);
  const [again, setAgain] = useState(0);
  const [atTop, setAtTop] = useState(true);
  const table = useRef<CallTableHandle>(null);
  const filter = useRef<{ focus(): void }>(null);
  const detail = useRef<HTMLDivElement>(null);
  const compact = useMedia('(max-width: 720px)');
  const narrow = useMedia('(max-width: 1080px)');
  const [facetsChosen, setFacetsChosen] = useState(() => readStored<boolean>('facetsOpen', true));
  // Where they would cover the list, they are there only when asked for.
  const [facetsOver, setFacetsOver] = useState(false);
  const facetsOpen = narrow ? facetsOver : facetsChosen;
  const dock: Dock = narrow ? 'bottom' : chosenDock;

  useEffect(() => {
    void store.open(page.where, page.range, { from: page.from, to: page.to });
    return () => store.close();
  }, [store, page.where, page.range, page.from, page.to]);

  const overview = useOverview(page.where, page.range, page.from, page.to, page.range === 'live' && !snapshot.paused, again);
  const values = useMemo(
    () => new Map((overview?.fields ?? []).map((field) => [field.field, field.values.map((value) => value.value)])),
    [overview],
  );

  const held = !atTop || page.call !== '';
  useEffect(() => store.hold(held), [store, held]);

  const filterProblem = snapshot.problem?.column !== undefined || snapshot.problem?.status === 400 ? snapshot.problem : undefined;
  const state = filterProblem ? 'stopped' : liveState(snapshot);
  const rate = store.activity.rate(Date.now());
  useTicking(state === 'connected' || state === 'paused');
  useEffect(() => {
    document.title = title(state, rate, snapshot);
  });

  const applyFilter = useCallback((where: string) => {
    setPage({ where });
    remember(where);
  }, [setPage, remember]);

  const toggleFacets = () => {
    if (narrow) setFacetsOver(!facetsOver);
    else {
      setFacetsChosen(!facetsChosen);
      writeStored('facetsOpen', !facetsChosen);
    }
  };

  const wasOpen = useRef(false);
  wasOpen.current = page.call !== '';
  // Going from call to call is one step of history, so that Back returns to the list.
  const select = useCallback((id: string) => setPage({ call: id }, wasOpen.current ? 'replace' : 'push'), [setPage]);
  const close = useCallback(() => {
    setPage({ call: '' });
    table.current?.focus();
  }, [setPage]);

  const move = (step: number) => {
    const index = store.rows.indexOf(page.call);
    const next = Math.min(store.rows.length - 1, Math.max(0, index < 0 ? 0 : index + step));
    const call = store.rows.at(next);
    if (!call) return;
    select(call.id);
    table.current?.scrollTo(next);
  };

  const showNewest = () => {
    store.setPaused(false);
    store.showWaiting();
    table.current?.scrollToTop();
  };

  const togglePause = () => {
    if (page.range === 'live') store.setPaused(!snapshot.paused);
  };

  useKeys({
    '/': () => filter.current?.focus(),
    ' ': togglePause,
    j: () => move(1),
    ArrowDown: () => move(1),
    k: () => move(-1),
    ArrowUp: () => move(-1),
    Enter: () => (page.call === '' ? move(0) : detail.current?.querySelector<HTMLElement>('[role=tab][aria-selected=true]')?.focus()),
    Escape: () => (facetsOver && narrow ? setFacetsOver(false) : page.call !== '' && close()),
    Home: () => table.current?.scrollToTop(),
    f: toggleFacets,
    l: () => setPage({ range: 'live', from: 0, to: 0 }),
    '?': () => setKeysOpen(true),
  });

  const summary = useMemo(
    () => store.rows.at(store.rows.indexOf(page.call)),
    // The rows are outside of React; their version says when to look again.
    [store, page.call, snapshot.version],
  );

  const list = (
    <div className="list">
      {status?.demo && <DemoGuide where={page.where} onFilter={applyFilter} />}
      <Histogram overview={overview} onRange={(from, to) => setPage({ range: 'custom', from: Math.round(from), to: Math.round(to) })} />
      <div className="list-rows">
      <CallTable
        store={store}
        snapshot={snapshot}
        selected={page.call}
        compact={compact}
        handle={table}
        onSelect={select}
        onTop={setAtTop}
        empty={
          <EmptyState loading={snapshot.loading} problem={filterProblem ? { title: 'The filter is not valid', detail: 'The message under it says where. Nothing is shown until it is corrected.' } : snapshot.problem} filtered={page.where !== ''} range={page.range} packets={status?.capture?.packets ?? undefined} onRemoveFilter={() => applyFilter('')} />
        }
      />
      {snapshot.waiting > 0 && (held || snapshot.paused) && (
        <button type="button" className="waiting" data-testid="new-calls" onClick={showNewest}>
          <Icon name="up" />
          {plural(snapshot.waiting, 'new call')}
        </button>
      )}
      </div>
    </div>
  );

  return (
    <div className="page">
      <CallsHead state={state} rate={rate} filtered={page.where !== ''} activity={store.activity} status={status} statusFailed={failed} droppedByPage={snapshot.droppedByPage} onKeys={() => setKeysOpen(true)} />
      <main>
        <div className="controls">
          <FilterBox value={page.where} fields={fields} problem={filterProblem} recent={recent} saved={saved} values={values} handle={filter} onApply={applyFilter} onLeave={() => table.current?.focus()} onSave={save} />
          <Toolbar
            where={page.where}
            range={page}
            paused={snapshot.paused}
            fields={fields}
            onWhere={applyFilter}
            onRange={setPage}
            onPause={togglePause}
            onClear={() => { store.clear(); setPage({ call: '' }, 'replace'); }}
            onRefresh={() => {
              void store.open(page.where, page.range, { from: page.from, to: page.to });
              setAgain(again + 1);
            }}
            facets={facetsOpen}
            onFacets={toggleFacets}
            file={(format) => fileAddress(format, { where: page.where, ...timeQuery(page, ranges) })}
            rawPackets={<RawPackets query={{ where: page.where, ...timeQuery(page, ranges) }} testId="download-raw" className="button file" />}
          />
          <p className="count muted" data-testid="count">{formatCount(snapshot.count)} {snapshot.count === 1 ? 'call' : 'calls'}</p>
        </div>
        <div className="below">
          {facetsOpen && <Facets overview={overview} where={page.where} onToggle={(clause) => applyFilter(toggleClause(page.where, clause))} onClose={toggleFacets} />}
        <SplitPane
          dock={dock}
          main={list}
          side={page.call === '' ? undefined : (
            <div ref={detail} className="detail-host">
              <DetailPanel
                id={page.call}
                summary={summary}
                fields={fields}
                dock={narrow ? undefined : dock}
                onDock={(next) => { setChosenDock(next); writeStored('dock', next); }}
                onFilter={(clause) => applyFilter(addClause(page.where, clause))}
                onClose={close}
                tab={page.tab}
                onTab={(tab) => setPage({ tab }, 'replace')}
              />
            </div>
          )}
        />
        </div>
      </main>
      <KeysDialog open={keysOpen} shortcuts={[...shortcuts, ...pageShortcuts]} onClose={() => setKeysOpen(false)} />
    </div>
  );
}

function liveState(snapshot: CallsSnapshot): LiveState {
  if (snapshot.stream === 'reconnecting') return 'reconnecting';
  if (snapshot.stream === 'off') return 'history';
  if (snapshot.paused) return 'paused';
  return snapshot.stream === 'open' ? 'connected' : 'connecting';
}

function title(state: LiveState, rate: number, snapshot: CallsSnapshot): string {
  switch (state) {
    case 'connected': return `${formatCompact(Math.round(rate))}/s · Weir`;
    case 'paused': return `Paused${snapshot.waiting > 0 ? ` (${formatCompact(snapshot.waiting)} new)` : ''} · Weir`;
    case 'reconnecting': return 'Reconnecting · Weir';
    case 'connecting': return 'Connecting · Weir';
    case 'history': return 'Calls · Weir';
    case 'stopped': return 'Filter not valid · Weir';
  }
}

/** Draws once a second even when no call comes, so that the rate falls to zero and the strip moves on. */
function useTicking(active: boolean): void {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, [active]);
}
