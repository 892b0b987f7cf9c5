import type { CallSummary } from '../api/types';

/**
 * The calls of the page, newest first, in a fixed number of slots. Live calls enter at the front and push out the
 * oldest when full; history enters at the back while there is room. Every operation is O(1), so that the table reads
 * row i of 50,000 as fast as row 0. A call seen before is ignored: history, reconnects and the stream overlap.
 */
export class CallBuffer {
  readonly #slots: (CallSummary | undefined)[];
  readonly #sequences = new Map<string, number>();
  /** Sequence of the newest call; older calls count down from it. */
  #newest = -1;
  #count = 0;
  #evicted = 0;

  /** @param capacity Calls kept; at about 1 kB each this bounds the memory of the page. */
  constructor(readonly capacity: number) {
    this.#slots = new Array<CallSummary | undefined>(capacity);
  }

  get length(): number {
    return this.#count;
  }

  /** Calls pushed out by newer ones since the last `clear`. */
  get evicted(): number {
    return this.#evicted;
  }

  get isFull(): boolean {
    return this.#count === this.capacity;
  }

  /** @param index 0 is the newest call. */
  at(index: number): CallSummary | undefined {
    if (index < 0 || index >= this.#count) return undefined;
    return this.#slots[this.#slot(this.#newest - index)];
  }

  /** @returns the row of a call, or -1. */
  indexOf(id: string): number {
    const sequence = this.#sequences.get(id);
    return sequence === undefined ? -1 : this.#newest - sequence;
  }

  has(id: string): boolean {
    return this.#sequences.has(id);
  }

  /** @returns false when the call was there already. */
  pushNewest(call: CallSummary): boolean {
    if (this.#sequences.has(call.id)) return false;
    const slot = this.#slot(++this.#newest);
    if (this.isFull) {
      const oldest = this.#slots[slot];
      if (oldest) this.#sequences.delete(oldest.id);
      this.#evicted++;
    } else {
      this.#count++;
    }
    this.#slots[slot] = call;
    this.#sequences.set(call.id, this.#newest);
    return true;
  }

  /** Puts newer facts of a call into its place. @returns false when it is not here. */
  replace(call: CallSummary): boolean {
    const sequence = this.#sequences.get(call.id);
    if (sequence === undefined) return false;
    this.#slots[this.#slot(sequence)] = call;
    return true;
  }

  /** @returns false when the call was there already or no slot is free. */
  pushOldest(call: CallSummary): boolean {
    if (this.isFull || this.#sequences.has(call.id)) return false;
    const sequence = this.#newest - this.#count++;
    this.#slots[this.#slot(sequence)] = call;
    this.#sequences.set(call.id, sequence);
    return true;
  }

  clear(): void {
    this.#slots.fill(undefined);
    this.#sequences.clear();
    this.#newest = -1;
    this.#count = 0;
    this.#evicted = 0;
  }

  // Sequences of history are negative, hence the second remainder.
  #slot(sequence: number): number {
    return ((sequence % this.capacity) + this.capacity) % this.capacity;
  }
}
