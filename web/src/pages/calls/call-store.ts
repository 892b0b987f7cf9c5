import { ApiError, getCall, listCalls } from '../../api/client';
import { openCallStream, type StreamState } from '../../api/stream';
import type { CallSummary, Problem } from '../../api/types';
import { CallBuffer } from '../../lib/call-buffer';
import { Activity } from './activity';
import { isFailure } from './call-facts';
import { type Range, ranges } from './url-state';

/** Rows the page keeps. Enough to scroll back through a minute of a busy node; about 100 MB. */
export const maxRows = 100_000;
/** Eight times a second reads as live and leaves the browser idle in between. */
const commitIntervalMs = 125;
const pageSize = 200;
/** Who has scrolled that far wants to get on. */
const deepPageSize = 1000;
/** What was missed is fetched in big steps. */
const catchUpPageSize = 1000;
/** Calls that were running when the stream broke and are asked for one by one: more than a page shows at once. */
const maxRefreshed = 100;
/** A call is stored when it ends and sorted by its start: one that was under way when the stream broke began before that. */
const catchUpOverlapMs = 2000;

export interface CallsSnapshot {
  /** Changes whenever the rows do. */
  version: number;
  count: number;
  /** The filter that the rows passed; until its answer is there, or while it has a mistake, that is the one before. */
  where: string;
  /** Live calls that arrived while the list was held still. */
  waiting: number;
  stream: StreamState | 'off';
  paused: boolean;
  loading: boolean;
  olderLoading: boolean;
  /** `stale`: the filter is not valid, and the rows are those of the filter before. */
  older: 'more' | 'end' | 'full' | 'stale';
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
  /** Start (ms) of the newest call known when the stream broke; what is later may be missing until the gap is closed. */
  #gapFrom: number | undefined;
  /** Live calls wait while older ones are being fetched, so that rows stay in order. */
  #catchingUp = false;
  #closeStream: (() => void) | undefined;
  #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #from: string | undefined;
  #to: string | undefined;
  #where = '';
  #snapshot: CallsSnapshot = {
    version: 0, count: 0, where: '', waiting: 0, stream: 'off', paused: false, loading: true, olderLoading: false, older: 'end',
    problem: undefined, droppedByPage: 0,
  };

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly getSnapshot = () => this.#snapshot;

  /** Starts over with another filter or range. */
  async open(where: string, range: Range, span: { from: number; to: number } = { from: 0, to: 0 }): Promise<void> {
    this.close();
    const abort = (this.#abort = new AbortController());
    this.#where = where;
    const minutes = ranges.find((known) => known.value === range)?.minutes ?? 0;
    const from = range === 'custom' ? span.from : minutes > 0 ? Date.now() - minutes * 60_000 : 0;
    this.#from = from > 0 ? new Date(from).toISOString() : undefined;
    this.#to = range === 'custom' ? new Date(span.to).toISOString() : undefined;
    this.activity.clear();
    this.#pending = [];
    this.#cursor = null;
    this.#catchingUp = false;
    this.#gapFrom = undefined;
    // The rows stay until the answer is there: a filter with a mistake in it takes nothing away.
    this.#update({
      loading: true, problem: undefined, older: 'stale', olderLoading: false, stream: range === 'live' ? 'connecting' : 'off',
      paused: false, droppedByPage: 0,
    });

    const failure = await this.#loadFirst(abort);
    if (abort.signal.aborted) return;
    // A wrong filter would be wrong for the stream, too; a center that is away will come back.
    if (failure?.status === 400 || range !== 'live') return;
    this.#closeStream = openCallStream(where, {
      onCall: (call) => this.#receive(call),
      onUpdate: (call) => {
        if (this.#known(call.id)) this.#receive(call);
      },
      onDropped: (count) => this.#update({ droppedByPage: this.#snapshot.droppedByPage + count }),
      onState: (stream) => {
        if (stream === 'reconnecting') this.#gapFrom ??= this.#newestStart();
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
      const page = await listCalls({ ...this.#query({ cursor: this.#cursor }), ...(this.rows.length >= deepPageSize ? { limit: deepPageSize } : {}) }, abort.signal);
      if (abort.signal.aborted) return;
      this.#appendOlder(page.items, page.next);
      this.#update({ olderLoading: false }, true);
    } catch (error) {
      if (!abort.signal.aborted) this.#update({ olderLoading: false, problem: toProblem(error) });
    }
  }

  #query(extra: { cursor?: string }) {
    return { where: this.#where, limit: pageSize, ...(this.#from ? { from: this.#from } : {}), ...(this.#to ? { to: this.#to } : {}), ...extra };
  }

  async #loadFirst(abort: AbortController): Promise<ApiError | undefined> {
    try {
      const page = await listCalls(this.#query({}), abort.signal);
      if (abort.signal.aborted) return undefined;
      this.rows.clear();
      this.#appendOlder(page.items, page.next);
      this.#gapFrom = this.#newestStart();
      this.#countPast(page.items);
      this.#update({ loading: false, problem: undefined, where: this.#where }, true);
    } catch (error) {
      if (abort.signal.aborted) return undefined;
      const failure = error instanceof ApiError ? error : undefined;
      const keeps = failure?.status === 400;
      if (!keeps) this.rows.clear();
      this.#update({ loading: false, problem: toProblem(error), ...(keeps ? {} : { older: 'end', where: this.#where }) }, !keeps);
      return failure;
    }
    return undefined;
  }

  async #catchUp(abort: AbortController): Promise<void> {
    if (this.#catchingUp) return;
    this.#catchingUp = true;
    try {
      const missed = await this.#readGap(abort);
      if (abort.signal.aborted) return;
      await this.#refreshRunning(abort);
      if (abort.signal.aborted) return;
      const waiting = new Set(this.#pending.map((call) => call.id));
      const unknown = missed.filter((call) => !this.rows.has(call.id) && !waiting.has(call.id)).reverse();
      this.#countPast(unknown);
      this.#pending = [...unknown, ...this.#pending].slice(-maxRows);
      this.#gapFrom = undefined;
      this.#update({ problem: undefined, loading: false });
    } catch (error) {
      if (abort.signal.aborted) return;
      this.#update({ problem: toProblem(error) });
    }
    this.#catchingUp = false;
    this.#schedule();
  }

  /** Everything since the gap began, newest first; at most as much as the page keeps. */
  async #readGap(abort: AbortController): Promise<CallSummary[]> {
    if (this.#gapFrom === undefined) {
      const page = await listCalls(this.#query({}), abort.signal);
      // Nothing was known: the first page is where going back begins.
      if (!abort.signal.aborted && this.rows.length === 0) this.#appendOlder([], page.next);
      return page.items;
    }
    // What is older than the last row, and not loaded yet, is history and comes by scrolling.
    const last = this.#snapshot.older === 'more' ? this.rows.at(this.rows.length - 1) : undefined;
    const start = Math.max(this.#gapFrom - catchUpOverlapMs, last ? Date.parse(last.startedAt) + 1 : 0);
    const from = new Date(start).toISOString();
    const missed: CallSummary[] = [];
    let cursor: string | null | undefined;
    do {
      const query = { where: this.#where, limit: catchUpPageSize, from, ...(cursor ? { cursor } : {}) };
      const page = await listCalls(query, abort.signal);
      missed.push(...page.items);
      cursor = page.next;
    } while (cursor !== null && missed.length < maxRows);
    return missed;
  }

  /** A call that ran when the stream broke may have ended since; it began before the gap, so the gap does not bring it. */
  async #refreshRunning(abort: AbortController): Promise<void> {
    const running: string[] = [];
    for (let row = 0; row < this.rows.length && running.length < maxRefreshed; row++) {
      const call = this.rows.at(row);
      if (call?.inProgress) running.push(call.id);
    }
    for (const id of running) {
      const call = await getCall(id, abort.signal).catch((error: unknown) => {
        // Gone from the store: the row stays as it is.
        if (error instanceof ApiError && error.status === 404) return undefined;
        throw error;
      });
      if (abort.signal.aborted) return;
      if (call) this.rows.replace(call);
    }
    if (running.length > 0) this.#update({}, true);
  }

  #known(id: string): boolean {
    return this.rows.has(id) || this.#pending.some((call) => call.id === id);
  }

  #countPast(calls: readonly CallSummary[]): void {
    const now = Date.now();
    for (const call of calls.filter((one) => !one.inProgress)) this.activity.addPast(now, Date.parse(call.startedAt), 1, isFailure(call) ? 1 : 0);
  }

  #newestStart(): number | undefined {
    const newest = this.#pending.at(-1) ?? this.rows.at(0);
    const start = newest ? Date.parse(newest.startedAt) : NaN;
    return Number.isNaN(start) ? undefined : start;
  }

  #appendOlder(items: readonly CallSummary[], next: string | null): void {
    for (const call of items) this.rows.pushOldest(call);
    this.#cursor = next;
    this.#snapshot = { ...this.#snapshot, older: this.rows.isFull ? 'full' : next === null ? 'end' : 'more' };
  }

  #receive(call: CallSummary): void {
    // A call counts once: when it is over.
    if (!call.inProgress) this.activity.add(Date.now(), 1, isFailure(call) ? 1 : 0);
    this.#pending.push(call);
    // Trimmed in big steps, so that a long pause costs no copy per call.
    if (this.#pending.length >= maxRows * 1.2) this.#pending = this.#pending.slice(-maxRows);
    this.#schedule();
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#held || this.#snapshot.paused || this.#catchingUp) this.#update({});
      else this.#commit();
    }, commitIntervalMs);
  }

  #commit(): void {
    if (this.#pending.length === 0) return;
    for (const call of this.#pending) if (!this.rows.replace(call)) this.rows.pushNewest(call);
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
