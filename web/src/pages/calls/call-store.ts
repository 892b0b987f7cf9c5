import { ApiError, listCalls } from '../../api/client';
import { openCallStream, type StreamState } from '../../api/stream';
import type { CallSummary, Problem } from '../../api/types';
import { CallBuffer } from '../../lib/call-buffer';
import { Activity } from './activity';
import { isFailure } from './call-facts';
import { type Range, ranges } from './url-state';

/** Rows the page keeps. Enough to scroll back through a minute of a busy node; about 50 MB. */
export const maxRows = 50_000;
/** Eight times a second reads as live and leaves the browser idle in between. */
const commitIntervalMs = 125;
const pageSize = 200;

export interface CallsSnapshot {
  /** Changes whenever the rows do. */
  version: number;
  count: number;
  /** Live calls that arrived while the list was held still. */
  waiting: number;
  stream: StreamState | 'off';
  paused: boolean;
  loading: boolean;
  olderLoading: boolean;
  older: 'more' | 'end' | 'full';
  problem: Problem | undefined;
  droppedByPage: number;
}

/**
 * Owns the rows outside of React. Calls arrive at any rate; the table hears of them at most eight times a second, and not
 * at all while it is held (paused, scrolled away, or a call is open): then they wait here, bounded by `maxRows`.
 */
export class CallStore {
  readonly rows = new CallBuffer(maxRows);
  readonly activity = new Activity();
  readonly #listeners = new Set<() => void>();
  #pending: CallSummary[] = [];
  #held = false;
  #cursor: string | null = null;
  #closeStream: (() => void) | undefined;
  #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #from: string | undefined;
  #where = '';
  #snapshot: CallsSnapshot = {
    version: 0, count: 0, waiting: 0, stream: 'off', paused: false, loading: true, olderLoading: false, older: 'end',
    problem: undefined, droppedByPage: 0,
  };

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly getSnapshot = () => this.#snapshot;

  /** Starts over with another filter or range. */
  async open(where: string, range: Range): Promise<void> {
    this.close();
    const abort = (this.#abort = new AbortController());
    this.#where = where;
    const minutes = ranges.find((known) => known.value === range)?.minutes ?? 0;
    this.#from = minutes > 0 ? new Date(Date.now() - minutes * 60_000).toISOString() : undefined;
    this.rows.clear();
    this.activity.clear();
    this.#pending = [];
    this.#cursor = null;
    this.#update({
      loading: true, problem: undefined, older: 'end', olderLoading: false, stream: range === 'live' ? 'connecting' : 'off',
      paused: false, droppedByPage: 0,
    }, true);

    const failure = await this.#loadFirst(abort);
    if (abort.signal.aborted) return;
    // A wrong filter would be wrong for the stream, too; a center that is away will come back.
    if (failure?.status === 400 || range !== 'live') return;
    this.#closeStream = openCallStream(where, {
      onCall: (call) => this.#receive(call),
      onDropped: (count) => this.#update({ droppedByPage: this.#snapshot.droppedByPage + count }),
      onState: (stream) => {
        this.#update({ stream });
        // What happened between the first page and now, or while the connection was broken, is in the store.
        if (stream === 'open') void this.#catchUp(abort);
      },
    });
  }

  close(): void {
    this.#abort.abort();
    this.#closeStream?.();
    this.#closeStream = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** While held, rows stay where they are and live calls wait. */
  hold(held: boolean): void {
    if (this.#held === held) return;
    this.#held = held;
    if (!held && !this.#snapshot.paused) this.#commit();
  }

  setPaused(paused: boolean): void {
    if (this.#snapshot.paused === paused) return;
    this.#update({ paused });
    if (!paused && !this.#held) this.#commit();
  }

  /** Shows what waits now, even while held. */
  showWaiting(): void {
    this.#commit();
  }

  clear(): void {
    this.rows.clear();
    this.#pending = [];
    this.#cursor = null;
    this.#update({ older: 'end' }, true);
  }

  async loadOlder(): Promise<void> {
    const { olderLoading, older } = this.#snapshot;
    if (olderLoading || older !== 'more' || this.#cursor === null) return;
    const abort = this.#abort;
    this.#update({ olderLoading: true });
    try {
      const page = await listCalls(this.#query({ cursor: this.#cursor }), abort.signal);
      if (abort.signal.aborted) return;
      this.#appendOlder(page.items, page.next);
      this.#update({ olderLoading: false }, true);
    } catch (error) {
      if (!abort.signal.aborted) this.#update({ olderLoading: false, problem: toProblem(error) });
    }
  }

  #query(extra: { cursor?: string }) {
    return { where: this.#where, limit: pageSize, ...(this.#from ? { from: this.#from } : {}), ...extra };
  }

  async #loadFirst(abort: AbortController): Promise<ApiError | undefined> {
    try {
      const page = await listCalls(this.#query({}), abort.signal);
      if (abort.signal.aborted) return undefined;
      this.#appendOlder(page.items, page.next);
      this.#update({ loading: false, problem: undefined }, true);
    } catch (error) {
      if (abort.signal.aborted) return undefined;
      this.#update({ loading: false, problem: toProblem(error) });
      return error instanceof ApiError ? error : undefined;
    }
    return undefined;
  }

  async #catchUp(abort: AbortController): Promise<void> {
    try {
      const page = await listCalls(this.#query({}), abort.signal);
      if (abort.signal.aborted) return;
      if (this.rows.length === 0 && this.#pending.length === 0) {
        this.#appendOlder(page.items, page.next);
      } else {
        const waiting = new Set(this.#pending.map((call) => call.id));
        const missed = page.items.filter((call) => !this.rows.has(call.id) && !waiting.has(call.id)).reverse();
        this.#pending.unshift(...missed);
        this.#schedule();
      }
      this.#update({ problem: undefined, loading: false }, true);
    } catch (error) {
      if (!abort.signal.aborted) this.#update({ problem: toProblem(error) });
    }
  }

  #appendOlder(items: readonly CallSummary[], next: string | null): void {
    for (const call of items) this.rows.pushOldest(call);
    this.#cursor = next;
    this.#snapshot = { ...this.#snapshot, older: this.rows.isFull ? 'full' : next === null ? 'end' : 'more' };
  }

  #receive(call: CallSummary): void {
    this.activity.add(Date.now(), 1, isFailure(call) ? 1 : 0);
    this.#pending.push(call);
    // Trimmed in big steps, so that a long pause costs no copy per call.
    if (this.#pending.length >= maxRows * 1.2) this.#pending = this.#pending.slice(-maxRows);
    this.#schedule();
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#held || this.#snapshot.paused) this.#update({});
      else this.#commit();
    }, commitIntervalMs);
  }

  #commit(): void {
    if (this.#pending.length === 0) return;
    for (const call of this.#pending) this.rows.pushNewest(call);
    this.#pending = [];
    // Once live calls have pushed out old ones, the cursor would leave a hole.
    this.#update(this.rows.evicted > 0 ? { older: 'full' } : {}, true);
  }

  #update(change: Partial<CallsSnapshot>, rowsChanged = false): void {
    const previous = this.#snapshot;
    this.#snapshot = {
      ...previous,
      ...change,
      version: previous.version + (rowsChanged ? 1 : 0),
      count: this.rows.length,
      waiting: Math.min(this.#pending.length, maxRows),
    };
    for (const listener of this.#listeners) listener();
  }
}

const toProblem = (error: unknown): Problem =>
  error instanceof ApiError ? error.problem : { title: 'The center cannot be reached', detail: 'Trying again.' };
