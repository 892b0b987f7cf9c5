import type { Status } from '../../api/types';
import { Icon } from '../../components/Icon';
import { KeysButton } from '../../components/KeysButton';
import { PageHead } from '../../components/PageHead';
import { Popover } from '../../components/Popover';
import { formatBytes, formatCompact, formatCount } from '../../lib/format';
import type { Activity } from './activity';
import { ActivityStrip } from './ActivityStrip';
import { summarizeLoss } from './loss';
import './calls-head.css';

export type LiveState = 'connected' | 'paused' | 'reconnecting' | 'connecting' | 'history' | 'stopped';

const stateWords: Record<LiveState, string> = {
  connected: 'Live',
  paused: 'Paused',
  reconnecting: 'Reconnecting…',
  connecting: 'Connecting…',
  history: 'History',
  stopped: 'Stopped',
};

interface Props {
  state: LiveState;
  rate: number;
  /** A filter is set: the rate is that of the calls that match. */
  filtered: boolean;
  activity: Activity;
  status: Status | undefined;
  statusFailed: boolean;
  droppedByPage: number;
  onKeys(): void;
}

export function CallsHead({ state, rate, filtered, activity, status, statusFailed, droppedByPage, onKeys }: Props) {
  const loss = summarizeLoss(status, droppedByPage);
  return (
    <PageHead
      tools={
        <>
          <Popover
            testId="loss"
            title="What was captured, and what was not"
            buttonClass={`button quiet loss ${loss.tone}`}
            label={
              <>
                <Icon name={loss.tone === 'ok' ? 'check' : 'warning'} />
                <span className="loss-text">{statusFailed ? 'Center unreachable' : loss.text}</span>
              </>
            }
          >
            <dl className="counters">
              <Counter label="Packets seen" value={formatCount(status?.capture?.packets ?? 0)} />
              <Counter label="Bytes seen" value={formatBytes(status?.capture?.bytes ?? 0)} />
              <Counter label="Calls" value={formatCount(status?.capture?.exchanges ?? 0)} />
              <Counter label="Connections" value={formatCount(status?.capture?.connections ?? 0)} />
              <Counter label="Calls in the store" value={`${formatCount(status?.storage?.exchanges ?? 0)} · ${formatBytes(status?.storage?.bytes ?? 0)}`} />
            </dl>
            <h3>Lost, by reason</h3>
            <dl className="counters">
              {loss.counters.map((counter) => (
                <Counter key={counter.label} label={counter.label} value={formatCount(counter.count)} bad={counter.count > 0} />
              ))}
            </dl>
            <p><a href="/status" data-testid="loss-more">What that means, and what helps</a></p>
          </Popover>
          <KeysButton onKeys={onKeys} />
        </>
      }
    >
      <p className={`live-state ${state}`} role="status" data-testid="live-state" data-state={state}>
        <i className="dot" aria-hidden="true" />
        {stateWords[state]}
      </p>
      {state !== 'history' && state !== 'stopped' && (
        <div className="rate">
          <ActivityStrip activity={activity} />
          <p data-testid="rate">
            <b>{rate < 10 && rate > 0 ? rate.toFixed(1) : formatCompact(Math.round(rate))}</b> {filtered ? 'matching/s' : 'calls/s'}
          </p>
        </div>
      )}
    </PageHead>
  );
}

function Counter({ label, value, bad = false }: { label: string; value: string; bad?: boolean }) {
  return (
    <div className={bad ? 'bad' : undefined}>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
