import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { getFields } from '../../api/client';
import type { FilterField } from '../../api/types';
import { Icon } from '../../components/Icon';
import { type Dock, SplitPane } from '../../components/SplitPane';
import { useMedia } from '../../components/use-media';
import { formatCompact, formatCount, plural } from '../../lib/format';
import { readStored, writeStored } from '../../lib/storage';
import { AppHeader, type LiveState } from './AppHeader';
import { CallStore, type CallsSnapshot } from './call-store';
import { CallTable, type CallTableHandle } from './CallTable';
import { DetailPanel } from './detail/DetailPanel';
import { EmptyState } from './EmptyState';
import { FilterBox } from './FilterBox';
import { addClause } from './filter-text';
import { Toolbar } from './Toolbar';
import { useKeys } from './use-keys';
import { usePageState } from './use-page-state';
import { useStatus } from './use-status';
import './calls-page.css';

const recentKept = 8;

export function CallsPage() {
  const [store] = useState(() => new CallStore());
  const snapshot = useSyncExternalStore(store.subscribe, store.getSnapshot);
  const [page, setPage] = usePageState();
  const { status, failed } = useStatus();
  const [fields, setFields] = useState<FilterField[]>([]);
  const [recent, setRecent] = useState(() => readStored<string[]>('recentFilters', []));
  const [chosenDock, setChosenDock] = useState(() => readStored<Dock>('dock', 'right'));
  const [atTop, setAtTop] = useState(true);
  const table = useRef<CallTableHandle>(null);
  const filter = useRef<{ focus(): void }>(null);
  const detail = useRef<HTMLDivElement>(null);
  const compact = useMedia('(max-width: 720px)');
  const narrow = useMedia('(max-width: 1080px)');
  const dock: Dock = narrow ? 'bottom' : chosenDock;

  useEffect(() => {
    const abort = new AbortController();
    // Without the list there is no completion; the filter itself still works.
    getFields(abort.signal).then(setFields, () => setFields([]));
    return () => abort.abort();
  }, []);

  useEffect(() => {
    void store.open(page.where, page.range);
    return () => store.close();
  }, [store, page.where, page.range]);

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
    if (where === '') return;
    setRecent((previous) => {
      const next = [where, ...previous.filter((other) => other !== where)].slice(0, recentKept);
      writeStored('recentFilters', next);
      return next;
    });
  }, [setPage]);

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
    Escape: () => page.call !== '' && close(),
    Home: () => table.current?.scrollToTop(),
  });

  const summary = useMemo(
    () => store.rows.at(store.rows.indexOf(page.call)),
    // The rows are outside of React; their version says when to look again.
    [store, page.call, snapshot.version],
  );

  const main = (
    <>
      <CallTable
        store={store}
        snapshot={snapshot}
        selected={page.call}
        compact={compact}
        handle={table}
        onSelect={select}
        onTop={setAtTop}
        empty={
          <EmptyState loading={snapshot.loading} problem={filterProblem ? { title: 'The filter is not valid', detail: 'The message under it says where. Nothing is shown until it is corrected.' } : snapshot.problem} filtered={page.where !== ''} range={page.range} onRemoveFilter={() => applyFilter('')} />
        }
      />
      {snapshot.waiting > 0 && (held || snapshot.paused) && (
        <button type="button" className="waiting" data-testid="new-calls" onClick={showNewest}>
          <Icon name="up" />
          {plural(snapshot.waiting, 'new call')}
        </button>
      )}
    </>
  );

  return (
    <div className="page">
      <AppHeader state={state} rate={rate} filtered={page.where !== ''} activity={store.activity} status={status} statusFailed={failed} droppedByPage={snapshot.droppedByPage} />
      <main>
        <div className="controls">
          <FilterBox value={page.where} fields={fields} problem={filterProblem} recent={recent} handle={filter} onApply={applyFilter} onLeave={() => table.current?.focus()} />
          <Toolbar
            where={page.where}
            range={page.range}
            paused={snapshot.paused}
            fields={fields}
            onWhere={applyFilter}
            onRange={(range) => setPage({ range })}
            onPause={togglePause}
            onClear={() => { store.clear(); setPage({ call: '' }, 'replace'); }}
            onRefresh={() => void store.open(page.where, page.range)}
          />
          <p className="count muted" data-testid="count">{formatCount(snapshot.count)} {snapshot.count === 1 ? 'call' : 'calls'}</p>
        </div>
        <SplitPane
          dock={dock}
          main={main}
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
              />
            </div>
          )}
        />
      </main>
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
