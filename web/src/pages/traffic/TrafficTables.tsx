import { Icon } from '../../components/Icon';
import { follow } from '../../components/use-page';
import { formatBytes, formatCompact, formatCount, visibleLine } from '../../lib/format';
import type { TimeRange } from '../../lib/time-range';
import { allOf, celString } from '../calls/filter-text';
import { callsAddress } from '../calls/url-state';
import { type Field, fieldOf, wordOf } from './fields';
import type { TrafficState } from './place';
import { maxSeries } from './series';
import type { TrafficAnswer, TrafficGroup } from './types';

/** Who moved the most. */
export function TopTable({ answer, by, onOnly }: { answer: TrafficAnswer; by: Field; onOnly(only: TrafficState['only']): void }) {
  const field = fieldOf(by);
  return (
    <div className="wide" role="region" tabIndex={0} aria-label="Top talkers">
      <table data-testid="top-talkers">
        <thead>
          <tr><th scope="col">{field.label}</th><th scope="col" className="number">Bytes</th><th scope="col" className="number">Packets</th><th scope="col">Share</th></tr>
        </thead>
        <tbody>
          {answer.groups.map((group, index) => {
            const value = group.values[by] ?? '';
            const word = visibleLine(wordOf(by, value));
            return (
              <tr key={value}>
                <td>
                  <i className={`swatch series-${index < maxSeries ? index + 1 : 'others'}`} aria-hidden="true" />
                  {value === '' ? <span className="muted">{word}</span> : <button type="button" className="link" title={`Only ${word}`} onClick={() => onOnly({ [field.filter]: value })}>{word}</button>}
                </td>
                <Sizes group={group} />
                <td><Share share={answer.bytes === 0 ? 0 : group.bytes / answer.bytes} /></td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {answer.others.groups > 0 && <p className="muted">{`${formatCount(answer.others.groups)} others: ${formatBytes(answer.others.bytes)}`}</p>}
    </div>
  );
}

export const flowFields = ['source', 'source_workload', 'destination', 'destination_workload', 'protocol'];

/** Who sent how much to whom. */
export function FlowTable({ answer, time, onOnly }: { answer: TrafficAnswer; time: TimeRange; onOnly(only: TrafficState['only']): void }) {
  return (
    <div className="wide" role="region" tabIndex={0} aria-label="Flows">
      <table data-testid="flows">
        <thead>
          <tr><th scope="col">From</th><th scope="col">To</th><th scope="col">Protocol</th><th scope="col" className="number">Bytes</th><th scope="col" className="number">Packets</th><th scope="col">Share</th><th scope="col"><span className="visually-hidden">Calls</span></th></tr>
        </thead>
        <tbody>
          {answer.groups.map(({ values, ...group }) => {
            const { source = '', destination = '', protocol = '' } = values;
            const href = callsAddress(allOf(`src.ip == ${celString(source)}`, `dst.ip == ${celString(destination)}`), asCallTime(time));
            return (
              <tr key={flowFields.map((field) => values[field]).join(' ')}>
                <End address={source} workload={values['source_workload'] ?? ''} onOnly={() => onOnly({ source })} />
                <End address={destination} workload={values['destination_workload'] ?? ''} onOnly={() => onOnly({ destination })} />
                <td>{visibleLine(wordOf('protocol', protocol))}</td>
                <Sizes group={group} />
                <td><Share share={answer.bytes === 0 ? 0 : group.bytes / answer.bytes} /></td>
                <td className="number"><a href={href} title="Calls from here to there" onClick={(event) => follow(event, href)}>Calls<Icon name="arrow" /></a></td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {answer.others.groups > 0 && <p className="muted">{`${formatCount(answer.others.groups)} smaller flows: ${formatBytes(answer.others.bytes)}`}</p>}
    </div>
  );
}

/** The list of calls knows other ranges: the next longer one is taken. */
function asCallTime({ range, from, to }: TimeRange) {
  return range === 'custom' ? { range: 'custom' as const, from, to } : { range: range === '1h' ? ('1h' as const) : ('24h' as const), from: 0, to: 0 };
}

function End({ address, workload, onOnly }: { address: string; workload: string; onOnly(): void }) {
  const name = visibleLine(address === '' ? 'not known' : address);
  return (
    <td>
      {address === '' ? <span className="muted">{name}</span> : <button type="button" className="link" title={`Only ${name}`} onClick={onOnly}>{workload === '' ? name : visibleLine(workload)}</button>}
      {workload !== '' && <small className="muted">{name}</small>}
    </td>
  );
}

function Sizes({ group }: { group: Pick<TrafficGroup, 'bytes' | 'packets'> }) {
  return (
    <>
      <td className="number" title={`${formatCount(group.bytes)} bytes`}>{formatBytes(group.bytes)}</td>
      <td className="number" title={formatCount(group.packets)}>{formatCompact(group.packets)}</td>
    </>
  );
}

function Share({ share }: { share: number }) {
  return (
    <span className="share-cell">
      <i aria-hidden="true"><i style={{ transform: `scaleX(${Math.min(1, share)})` }} /></i>
      {share < 0.001 ? '<0.1 %' : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`}
    </span>
  );
}
