import type { Call, CallSummary, FilterField } from '../../../api/types';
import { fileAddress, fileFormats } from '../../../api/client';
import { CopyButton } from '../../../components/CopyButton';
import { Icon } from '../../../components/Icon';
import type { Dock } from '../../../components/SplitPane';
import { type TabDefinition, Tabs } from '../../../components/Tabs';
import { toCurl } from '../../../lib/curl';
import { formatBytes, formatCount, formatDuration, visibleLine } from '../../../lib/format';
import { statusText, statusTone } from '../call-facts';
import { fileNames, fileWords } from '../files';
import { RawPackets } from '../RawPackets';
import type { DetailTab } from '../url-state';
import { BodyView } from './BodyView';
import { HeadersView } from './HeadersView';
import { MessagesView } from './MessagesView';
import { JsonView } from './JsonView';
import { Overview } from './Overview';
import { sensitivePaths } from './sensitive';
import { TimingView } from './TimingView';
import { useCall } from './use-call';
import './detail.css';

interface Props {
  id: string;
  /** Shown at once while the whole record is on its way. */
  summary: CallSummary | undefined;
  fields: readonly FilterField[];
  /** Undefined where there is room for one place only. */
  dock: Dock | undefined;
  onDock(dock: Dock): void;
  onFilter(clause: string): void;
  onClose(): void;
  tab: DetailTab;
  onTab(tab: DetailTab): void;
}

type Tab = DetailTab;

export function DetailPanel({ id, summary, fields, dock, onDock, onFilter, onClose, tab: chosen, onTab }: Props) {
  const { call, error } = useCall(id, summary);
  const known: Call | CallSummary | undefined = call ?? summary;
  // A link may name a tab that this call does not have.
  const tab = chosen === 'messages' && known && !known.webSocket ? 'overview' : chosen;
  const messages = known?.webSocket?.messages ?? 0;

  const size = (bytes: number | null | undefined) => (bytes ? { badge: formatBytes(bytes) } : {});
  const tabs: TabDefinition<Tab>[] = [
    { id: 'overview', label: 'Overview' },
    { id: 'headers', label: 'Headers' },
    { id: 'request', label: 'Request', ...size(known?.request?.bodyBytes) },
    { id: 'response', label: 'Response', ...size(known?.response?.bodyBytes) },
    ...(known?.webSocket ? [{ id: 'messages' as const, label: 'Messages', ...(messages > 0 ? { badge: formatCount(messages) } : {}) }] : []),
    { id: 'timing', label: 'Timing' },
    { id: 'raw', label: 'Raw' },
  ];

  return (
    <section className="detail" aria-label="Call" data-testid="detail" data-call-id={id}>
      <header>
        {known ? <Headline call={known} /> : <p className="headline muted">{error ?? 'Loading…'}</p>}
        <div className="detail-actions">
          <CopyButton icon="terminal" label="cURL" testId="copy-curl" text={() => call && toCurl(call)} />
          <CopyButton icon="braces" label="JSON" testId="copy-json" text={() => call && JSON.stringify(call, null, 2)} />
          {fileFormats.map((format) => (
            <a key={format} className="button quiet" data-testid={`call-${format}`} href={fileAddress(format, { id })} download aria-label={`Download this call as ${fileNames[format]}`} title={`Download this call ${fileWords[format]}`}>
              <Icon name={format === 'har' ? 'download' : 'packets'} />
              <span>{fileNames[format]}</span>
            </a>
          ))}
          {known?.node && <RawPackets query={{ id }} node={known.node} testId="call-raw" className="button quiet" />}
          {dock && (
            <button type="button" className="button quiet square" data-testid="dock" aria-label={dock === 'right' ? 'Move to the bottom' : 'Move to the right'} title={dock === 'right' ? 'Move to the bottom' : 'Move to the right'} onClick={() => onDock(dock === 'right' ? 'bottom' : 'right')}>
              <Icon name={dock === 'right' ? 'bottom' : 'right'} />
            </button>
          )}
          <button type="button" className="button quiet square" data-testid="detail-close" aria-label="Close" title="Close (Esc)" onClick={onClose}>
            <Icon name="close" />
          </button>
        </div>
      </header>
      <Tabs<Tab> label="Parts of the call" tabs={tabs} selected={tab} onSelect={onTab}>
        {known && tab === 'overview' && <Overview call={known} fields={fields} onFilter={onFilter} />}
        {known && tab === 'timing' && <TimingView call={known} />}
        {call && tab === 'headers' && <HeadersView call={call} />}
        {call && tab === 'request' && <BodyView key={id} message={call.request} grpc={call.grpc?.requestJson} graphQl={Boolean(call.graphql)} sensitive={sensitivePaths(call, 'request')} absent="The request was not seen." />}
        {call && tab === 'response' && <BodyView key={id} message={call.response} grpc={call.grpc?.responseJson} sensitive={sensitivePaths(call, 'response')} absent="There is no response. Overview says why." />}
        {call && tab === 'messages' && <MessagesView session={call.webSocket} />}
        {call && tab === 'raw' && <JsonView text={JSON.stringify(call)} />}
        {!call && known && tab !== 'overview' && tab !== 'timing' && <p className="muted">{error ?? 'Loading…'}</p>}
        {known && error && tab === 'overview' && <p className="note warn">{error}</p>}
      </Tabs>
    </section>
  );
}

function Headline({ call }: { call: Call | CallSummary }) {
  const status = statusText(call);
  const path = call.request?.path ?? call.dns?.name ?? '(request not seen)';
  return (
    <p className={`headline tone-${statusTone(call)}`}>
      <span className="pill">
        {status.code}
        {status.note !== '' && ` ${status.note}`}
      </span>
      <b>{visibleLine(call.request?.method ?? call.dns?.type ?? '')}</b>
      <span className="headline-path" title={visibleLine(path)}>{visibleLine(path)}</span>
      <span className="muted">{formatDuration(call.durationMs)}</span>
    </p>
  );
}
