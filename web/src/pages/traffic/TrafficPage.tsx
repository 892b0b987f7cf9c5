import { useEffect, useState } from 'react';
import { get } from '../../api/client';
import { KeysButton } from '../../components/KeysButton';
import { KeysDialog } from '../../components/KeysDialog';
import { PageHead } from '../../components/PageHead';
import { RangeChoice } from '../../components/RangeChoice';
import { pageShortcuts } from '../../components/pages';
import { searchOf, useAddress } from '../../components/use-address';
import { useAnswer } from '../../components/use-answer';
import { useKeys } from '../../components/use-keys';
import { follow } from '../../components/use-page';
import { formatBytes, formatCount, visibleLine } from '../../lib/format';
import { timeQuery } from '../../lib/time-range';
import { type Field, fieldOf, fields, wordOf } from './fields';
import { ranges, readTrafficState, type TrafficState, writeTrafficState } from './place';
import { chartOf } from './series';
import { formatRate, TrafficChart } from './TrafficChart';
import { flowFields, FlowTable, TopTable } from './TrafficTables';
import type { TrafficAnswer } from './types';
import './traffic.css';

const refreshMs = 10_000;
const topGroups = '20';
const topFlows = '50';

const shortcuts: readonly (readonly [keys: string, meaning: string])[] = [
  ['b', 'Bytes or packets'],
  ['← →', 'From step to step, in the chart'],
  ['Enter', 'Only this step, in the chart'],
  ['Esc', 'Without what narrows it down'],
  ['?', 'These keys'],
];

/** Where no service is known, the addresses that send are what there is. */
async function ask(query: Record<string, string | undefined>, by: TrafficState['by'], signal: AbortSignal): Promise<{ by: Field; answer: TrafficAnswer }> {
  const grouped = (field: Field) => get<TrafficAnswer>(`/traffic${searchOf({ ...query, group_by: field, top: topGroups })}`, signal);
  if (by !== '') return { by, answer: await grouped(by) };
  const services = await grouped('service');
  return services.groups.length > 0 ? { by: 'service', answer: services } : { by: 'source', answer: await grouped('source') };
}

export function TrafficPage() {
  const [state, setState] = useAddress('/traffic', readTrafficState, writeTrafficState);
  const [keysOpen, setKeysOpen] = useState(false);
  const query = { ...timeQuery(state, ranges), ...state.only };
  const key = searchOf({ ...query, by: state.by });
  const talkers = useAnswer(`top ${key}`, (signal) => ask(query, state.by, signal), refreshMs);
  const flows = useAnswer(`flows ${searchOf(query)}`, (signal) => get<TrafficAnswer>(`/traffic${searchOf({ ...query, group_by: flowFields.join(','), top: topFlows })}`, signal), refreshMs);
  const only = Object.entries(state.only) as [Field, string][];
  const shown = talkers.value;
  const answer = shown?.answer;
  const isEmpty = answer !== undefined && answer.packets === 0;
  const narrow = (more: TrafficState['only']) => setState({ only: { ...state.only, ...more } });
  const toggleMeasure = () => setState({ measure: state.measure === 'bytes' ? 'packets' : 'bytes' });

  useEffect(() => {
    document.title = 'Traffic · Weir';
  }, []);
  useKeys({ b: toggleMeasure, Escape: () => setState({ only: {} }), '?': () => setKeysOpen(true) });

  return (
    <div className="page">
      <PageHead tools={<KeysButton onKeys={() => setKeysOpen(true)} />} />
      <main className="traffic-main" aria-label="Traffic">
        <div className="controls">
          <div className="toolbar">
            <RangeChoice known={ranges} chosen={state} onChoose={setState} />
            <label className="traffic-by">
              By
              <select className="chip" data-testid="traffic-by" value={shown?.by ?? state.by} onChange={(event) => setState({ by: event.target.value as Field })}>
                {fields.map(({ value, label }) => <option key={value} value={value}>{label}</option>)}
              </select>
            </label>
            <div className="segmented" role="radiogroup" aria-label="Measure">
              {(['bytes', 'packets'] as const).map((name) => (
                <label key={name}>
                  <input type="radio" name="measure" checked={state.measure === name} data-testid={`measure-${name}`} onChange={() => setState({ measure: name })} />
                  <span>{name === 'bytes' ? 'Bytes' : 'Packets'}</span>
                </label>
              ))}
            </div>
            {only.map(([field, value]) => (
              <button key={field} type="button" className="chip" data-set="true" data-testid="traffic-only" title="Without this" onClick={() => setState({ only: Object.fromEntries(only.filter(([name]) => name !== field)) })}>
                {`${fieldOf(field).label}: ${visibleLine(wordOf(field, value))} ×`}
              </button>
            ))}
          </div>
        </div>
        <div className="traffic-scroll" tabIndex={0} role="region" aria-label="Traffic">
          {talkers.error !== undefined && <p className="notice bad" role="alert">{talkers.error}</p>}
          {!answer && talkers.error === undefined && <p className="muted" role="status">Asking the center…</p>}
          {isEmpty && <Empty narrowed={only.length > 0} onAll={() => setState({ only: {} })} />}
          {answer && shown && !isEmpty && (
            <>
              <Totals answer={answer} measure={state.measure} />
              <section aria-labelledby="over-time">
                <h2 id="over-time">{state.measure === 'bytes' ? 'Bytes over time' : 'Packets over time'}</h2>
                <TrafficChart chart={chartOf(answer, shown.by, state.measure)} measure={state.measure} title={state.measure === 'bytes' ? 'Bytes a second' : 'Packets a second'} onRange={(from, to) => setState({ range: 'custom', from, to })} />
                {fieldOf(shown.by).eitherEnd && <p className="muted">What goes from one to another counts at both, so these add up to more than there was.</p>}
              </section>
              <section aria-labelledby="talkers">
                <h2 id="talkers">Top talkers</h2>
                <TopTable answer={answer} by={shown.by} onOnly={narrow} />
              </section>
              <section aria-labelledby="flows">
                <h2 id="flows">Flows</h2>
                {flows.value && <FlowTable answer={flows.value} time={state} onOnly={narrow} />}
              </section>
            </>
          )}
        </div>
      </main>
      <KeysDialog open={keysOpen} shortcuts={[...shortcuts, ...pageShortcuts]} onClose={() => setKeysOpen(false)} />
    </div>
  );
}

function Totals({ answer, measure }: { answer: TrafficAnswer; measure: TrafficState['measure'] }) {
  // From where there is anything: an hour of which Weir ran five minutes is five minutes.
  const seconds = Math.max(1, (answer.to - (answer.steps[0]?.start ?? answer.from)) / 1000);
  const busiest = Math.max(0, ...answer.steps.map((step) => step[measure] / Math.max(1, Math.min(answer.stepSeconds, (answer.to - step.start) / 1000))));
  const facts = [
    ['Bytes', formatBytes(answer.bytes)], ['Packets', formatCount(answer.packets)], ['On average', formatRate(answer[measure] / seconds, measure)], ['At most', formatRate(busiest, measure)],
  ] as const;
  return (
    <dl className="totals" data-testid="traffic-totals">
      {facts.map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}
    </dl>
  );
}

function Empty({ narrowed, onAll }: { narrowed: boolean; onAll(): void }) {
  return (
    <div className="empty" data-testid="empty">
      <h2>{narrowed ? 'No traffic like this in this time' : 'No traffic was counted in this time'}</h2>
      {narrowed ? <button type="button" className="button" onClick={onAll}>Show all traffic</button> : (
        <>
          <p>Weir counts the frames of every interface that it reads, by who sent them to whom. Where it reads some ports only, all others are counted when it is told to:</p>
          <dl>
            <dt><code>weir up --accounting on</code></dt>
            <dd>counts everything that passes, whichever ports are looked at</dd>
            <dt><code>weir doctor</code></dt>
            <dd>tells what this host allows</dd>
          </dl>
          <p><a href="/status" onClick={(event) => follow(event, '/status')}>What is captured, and what is not</a></p>
        </>
      )}
    </div>
  );
}
