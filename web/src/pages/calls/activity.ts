/** Calls and failures of the last seconds, one slot a second, for the strip in the header. */
export class Activity {
  readonly #total: Uint32Array;
  readonly #failed: Uint32Array;
  #second = 0;

  constructor(readonly seconds = 60) {
    this.#total = new Uint32Array(seconds);
    this.#failed = new Uint32Array(seconds);
  }

  add(nowMs: number, count: number, failed: number): void {
    this.#advance(nowMs);
    const slot = this.#second % this.seconds;
    this.#total[slot] = (this.#total[slot] ?? 0) + count;
    this.#failed[slot] = (this.#failed[slot] ?? 0) + failed;
  }

  /** Counts calls of a second that is past; those before the last `seconds` are not shown and not counted. */
  addPast(nowMs: number, atMs: number, count: number, failed: number): void {
    this.#advance(nowMs);
    const second = Math.floor(atMs / 1000);
    if (!(second <= this.#second && second > this.#second - this.seconds)) return;
    const slot = second % this.seconds;
    this.#total[slot] = (this.#total[slot] ?? 0) + count;
    this.#failed[slot] = (this.#failed[slot] ?? 0) + failed;
  }

  /** Oldest first; the last one is the second that is still running. */
  read(nowMs: number): { total: number; failed: number }[] {
    this.#advance(nowMs);
    return Array.from({ length: this.seconds }, (_, i) => {
      const slot = (this.#second + 1 + i) % this.seconds;
      return { total: this.#total[slot] ?? 0, failed: this.#failed[slot] ?? 0 };
    });
  }

  /** Mean over the last full seconds. */
  rate(nowMs: number, over = 3): number {
    const recent = this.read(nowMs).slice(-1 - over, -1);
    return recent.reduce((sum, slot) => sum + slot.total, 0) / over;
  }

  clear(): void {
    this.#total.fill(0);
    this.#failed.fill(0);
  }

  #advance(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    for (let next = Math.max(this.#second + 1, second - this.seconds + 1); next <= second; next++) {
      this.#total[next % this.seconds] = 0;
      this.#failed[next % this.seconds] = 0;
    }
    this.#second = Math.max(this.#second, second);
  }
}
