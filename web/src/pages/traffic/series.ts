import type { Field } from './fields';
import { fieldOf, wordOf } from './fields';
import type { TrafficAnswer, TrafficStep } from './types';

export type Measure = 'bytes' | 'packets';

/** Series that are drawn one by one; the others are drawn as one. As many as there are colours. */
export const maxSeries = 8;

export interface Series {
  /** Value of the field; undefined for all others together. */
  value: string | undefined;
  label: string;
  /** A second, at each step. */
  rates: number[];
}

export interface Chart {
  /** Start of each step, Unix milliseconds. */
  starts: number[];
  stepMs: number;
  series: Series[];
  /** On top of each other; not where a frame counts in two of them. */
  isStacked: boolean;
  /** Of the axis. */
  top: number;
}

export function chartOf(answer: TrafficAnswer, by: Field, measure: Measure): Chart {
  const stepMs = answer.stepSeconds * 1000;
  const starts = Array.from({ length: Math.max(1, Math.ceil((answer.to - answer.from) / stepMs)) }, (_, index) => answer.from + index * stepMs);
  // The last step is not over: what is in it came in less time.
  const seconds = starts.map((start) => Math.max(1, Math.min(stepMs, answer.to - start) / 1000));
  const spread = (steps: readonly TrafficStep[]) => {
    const rates = new Array<number>(starts.length).fill(0);
    for (const step of steps) {
      const index = Math.floor((step.start - answer.from) / stepMs);
      if (index >= 0 && index < rates.length) rates[index] = step[measure] / (seconds[index] ?? 1);
    }
    return rates;
  };

  const isStacked = !fieldOf(by).eitherEnd;
  const drawn = answer.groups.slice(0, maxSeries);
  const series: Series[] = drawn.map((group) => ({ value: group.values[by] ?? '', label: wordOf(by, group.values[by] ?? ''), rates: spread(group.steps) }));
  const total = spread(answer.steps);
  const rest = total.map((rate, index) => Math.max(0, rate - series.reduce((sum, one) => sum + (one.rates[index] ?? 0), 0)));
  const others = answer.others.groups + answer.groups.length - drawn.length;
  if (isStacked && others > 0) series.push({ value: undefined, label: `${others} others`, rates: rest });
  const highest = isStacked ? Math.max(...total) : Math.max(0, ...series.flatMap(({ rates }) => rates));
  return { starts, stepMs, series, isStacked, top: niceTop(highest) };
}

/** The next number that reads well: 1, 2 or 5 with zeros. */
export function niceTop(highest: number): number {
  if (highest <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(highest));
  const step = [1, 2, 5, 10].find((candidate) => candidate * power >= highest * 0.999) ?? 10;
  return step * power;
}

/** The outline of each series over a width of the number of steps and a height of 100, from the lowest to the highest. */
export function outlines({ series, isStacked, top, starts }: Chart): string[] {
  const below = new Array<number>(starts.length).fill(0);
  // In the middle of its step, and level to the edges.
  const x = (index: number) => index + 0.5;
  const y = (rate: number) => (100 - (rate / top) * 100).toFixed(2);
  return series.map(({ rates }) => {
    const floor = [...below];
    const roof = rates.map((rate, index) => rate + (isStacked ? (floor[index] ?? 0) : 0));
    if (isStacked) roof.forEach((height, index) => (below[index] = height));
    const forth = `M0 ${y(roof[0] ?? 0)}${roof.map((rate, index) => `L${x(index)} ${y(rate)}`).join('')}L${roof.length} ${y(roof.at(-1) ?? 0)}`;
    if (!isStacked) return forth;
    const back = floor.map((rate, index) => `L${x(index)} ${y(rate)}`).reverse().join('');
    return `${forth}L${floor.length} ${y(floor.at(-1) ?? 0)}${back}L0 ${y(floor[0] ?? 0)}Z`;
  });
}
