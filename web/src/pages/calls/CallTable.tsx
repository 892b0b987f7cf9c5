import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useImperativeHandle, useRef, type Ref } from 'react';
import { CallRow } from './CallRow';
import type { CallStore, CallsSnapshot } from './call-store';
import './call-table.css';

export interface CallTableHandle {
  scrollToTop(): void;
  scrollTo(index: number): void;
  focus(): void;
}

interface Props {
  store: CallStore;
  snapshot: CallsSnapshot;
  selected: string;
  compact: boolean;
  empty: ReactNode;
  handle: Ref<CallTableHandle>;
  onSelect(id: string): void;
  /** True while the newest row is in view. */
  onTop(atTop: boolean): void;
}

const columns = ['Time', 'Method', 'Status', 'Host', 'Path', 'From → to', 'Duration', 'Size'];

export function CallTable({ store, snapshot, selected, compact, empty, handle, onSelect, onTop }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const rowHeight = compact ? 58 : 30;
  const virtualizer = useVirtualizer({
    count: snapshot.count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);

  useImperativeHandle(handle, () => ({
    scrollToTop: () => scroller.current?.scrollTo({ top: 0 }),
    scrollTo: (index) => virtualizer.scrollToIndex(index, { align: 'auto' }),
    focus: () => grid.current?.focus({ preventScroll: true }),
  }), [virtualizer]);

  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (snapshot.older === 'more' && last >= snapshot.count - 40) void store.loadOlder();
  }, [store, last, snapshot.count, snapshot.older]);

  const selectedIndex = selected === '' ? -1 : store.rows.indexOf(selected);
  const selectedIsRendered = items.some((item) => item.index === selectedIndex);

  const stale = snapshot.older === 'stale' && !snapshot.loading;
  return (
    <div className={['calls', compact && 'compact', stale && 'stale'].filter(Boolean).join(' ')}>
        <div
          className="calls-scroll"
          ref={scroller}
          data-testid="calls-scroll"
          onScroll={(event) => onTop(event.currentTarget.scrollTop < 4)}
        >
        <div
          ref={grid}
          role="grid"
          aria-label="Calls, newest first"
          aria-rowcount={snapshot.older === 'more' ? -1 : snapshot.count + 1}
          aria-colcount={columns.length}
          aria-busy={snapshot.loading}
          aria-activedescendant={selectedIsRendered ? `row-${selectedIndex}` : undefined}
          data-testid="calls-grid"
          data-where={snapshot.where}
          tabIndex={0}
        >
          <div className="calls-head" role="row" aria-rowindex={1}>
            {columns.map((name) => (
              <span role="columnheader" key={name} className={`c-${name.split(' ')[0]?.toLowerCase()}`}>
                {name}
              </span>
            ))}
          </div>
          <div className="calls-body" role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
            {items.map((item) => {
              const call = store.rows.at(item.index);
              return call && (
                <CallRow
                  // The slot, not the call: a flood then changes texts instead of rebuilding rows.
                  key={item.index}
                  call={call}
                  index={item.index}
                  top={item.start}
                  height={rowHeight}
                  selected={call.id === selected}
                  compact={compact}
                  onSelect={onSelect}
                />
              );
            })}
          </div>
        </div>
        {snapshot.count === 0 ? empty : <TableFoot snapshot={snapshot} evicted={store.rows.evicted} />}
      </div>
    </div>
  );
}

function TableFoot({ snapshot, evicted }: { snapshot: CallsSnapshot; evicted: number }) {
  const text = snapshot.older === 'stale'
    ? 'These calls are those of the filter before.'
    : snapshot.olderLoading || snapshot.older === 'more'
    ? 'Loading older calls…'
    : snapshot.older === 'full' || evicted > 0
      ? `The page keeps ${snapshot.count.toLocaleString('en')} calls. Older ones are in the store: narrow the filter or choose a time range.`
      : 'No older calls.';
  return <p className="calls-foot">{text}</p>;
}
