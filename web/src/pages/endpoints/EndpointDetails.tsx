import { useState } from 'react';
import { Line } from '../../components/Line';
import { formatCount, formatDate, formatDuration, visibleLine } from '../../lib/format';
import { acceptTemplate, undoParameter } from './api';
import { nameOf, words } from './list';
import { Schema } from './Schema';
import type { EndpointDetail, Finding, MessageModel } from './types';

interface Props {
  endpoint: EndpointDetail;
  findings: readonly Finding[];
  onDecided(): void;
}

export function EndpointDetails({ endpoint, findings, onDecided }: Props) {
  const latency = endpoint.latencyMs;
  return (
    <>
      <h2 className="endpoint-name"><code className="method">{visibleLine(endpoint.method)}</code> {visibleLine(nameOf(endpoint))}</h2>
      <dl className="lines">
        <Line label="Service">{visibleLine(endpoint.service)}</Line>
        <Line label="Kind">{endpoint.kind}{endpoint.confirmed ? '' : ', unconfirmed: no answer proves that the service knows it'}</Line>
        <Line label="Calls">{formatCount(endpoint.calls)}{endpoint.unanswered > 0 && `, ${formatCount(endpoint.unanswered)} unanswered`}</Line>
        <Line label="Answers">{Object.entries(endpoint.statuses).map(([status, count]) => `${status}: ${formatCount(count)}`).join(', ') || '–'}</Line>
        <Line label="Takes">{`half ${formatDuration(latency.p50)}, nine of ten ${formatDuration(latency.p90)}, 99 of 100 ${formatDuration(latency.p99)}`}</Line>
        <Line label="Identified by">{endpoint.auth.join(', ')}</Line>
        <Line label="First seen">{formatDate(endpoint.firstSeen)}</Line>
        <Line label="Last seen">{formatDate(endpoint.lastSeen)}</Line>
        <Line label="Example"><code>{visibleLine(endpoint.example)}</code></Line>
      </dl>
      <Findings findings={findings} />
      <Decisions key={endpoint.id} endpoint={endpoint} onDecided={onDecided} />
      <Parameters endpoint={endpoint} />
      <Message title="Request" message={endpoint.request} />
      {Object.entries(endpoint.responses).map(([status, message]) => <Message key={status} title={`Answer ${status}`} message={message} />)}
      <Table
        title="Sensitive data" testId="sensitive" columns={['Kind', 'Where', 'Found']}
        rows={endpoint.sensitiveData.map((one) => [words(one.class), one.where, formatCount(one.count)])}
      />
      <Table title="Callers" testId="callers" columns={['Who', 'Last seen', 'Calls']} rows={endpoint.callers.map((one) => [one.name, formatDate(one.lastSeen), formatCount(one.count)])} />
    </>
  );
}

function Findings({ findings }: { findings: readonly Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <>
      <h3>Security</h3>
      <ul className="findings" data-testid="findings">
        {findings.map((one) => (
          <li key={one.kind} data-severity={one.severity}>
            <b>{words(one.kind)}</b> <span className="muted">{one.severity}</span>
            <p>{`${visibleLine(one.detail)} (${formatCount(one.count)} calls)`}</p>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Why the template is what it is, and what a person says about it. */
function Decisions({ endpoint, onDecided }: { endpoint: EndpointDetail; onDecided(): void }) {
  /** What is typed holds until it is kept, whatever the next answer of the center says. */
  const [typed, setTyped] = useState<string>();
  const template = typed ?? endpoint.template;
  const [said, setSaid] = useState<{ text: string; failed: boolean }>();
  const decide = async (work: Promise<unknown>, text: string) => {
    try {
      await work;
      setTyped(undefined);
      setSaid({ text, failed: false });
      onDecided();
    } catch (failure) {
      setSaid({ text: failure instanceof Error ? failure.message : String(failure), failed: true });
    }
  };
  return (
    <>
      <h3>Why this path</h3>
      <ul className="why" data-testid="why">
        {endpoint.explanation.map((one, index) => (
          <li key={index}>
            <code>{visibleLine(one.segment)}</code>
            <span>{visibleLine(one.why)}</span>
            {one.parameter && (
              <button
                type="button" className="button quiet" aria-label={`${one.segment} is no parameter`}
                onClick={() => void decide(undoParameter(endpoint.id, one.segment.replace(/^\{|\}.*$/g, '')), `What stands at ${one.segment} are routes.`)}
              >
                These are routes
              </button>
            )}
          </li>
        ))}
      </ul>
      <form
        className="endpoints-bar"
        onSubmit={(event) => {
          event.preventDefault();
          void decide(acceptTemplate(endpoint.id, template), `${template} is kept.`);
        }}
      >
        <label className="grow">
          <span className="visually-hidden">Template</span>
          <input type="text" data-testid="template" value={template} onChange={(event) => setTyped(event.target.value)} spellCheck={false} />
        </label>
        <button type="submit" className="button">Keep this template</button>
      </form>
      <p role="status" className={said?.failed ? 'bad' : 'muted'} data-testid="decided">{said?.text ?? ''}</p>
    </>
  );
}

function Parameters({ endpoint }: { endpoint: EndpointDetail }) {
  return (
    <Table
      title="Parameters" testId="parameters" columns={['Name', 'In', 'Type', 'How often']}
      rows={endpoint.parameters.map((one) => [
        one.name, one.in, typeOf(one.schema), one.in === 'path' ? `${formatCount(one.distinct ?? 0)} values` : one.always ? 'always' : formatCount(one.count ?? 0),
      ])}
    />
  );
}

function typeOf(schema: unknown): string {
  if (typeof schema !== 'object' || schema === null) return '–';
  const { type, format } = schema as { type?: string | string[]; format?: string };
  const name = Array.isArray(type) ? type.join(' or ') : (type ?? '–');
  return format ? `${name} (${format})` : name;
}

function Message({ title, message }: { title: string; message: MessageModel }) {
  const content = Object.entries(message.content).filter(([, body]) => body.schema !== undefined || body.count > 0);
  if (content.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      {content.map(([type, body]) => (
        <Schema key={type} title={`${type === '' ? 'no media type' : type}, ${formatCount(body.count)} bodies${body.malformed > 0 ? `, ${formatCount(body.malformed)} malformed` : ''}`} schema={body.schema} />
      ))}
    </>
  );
}

function Table({ title, testId, columns, rows }: { title: string; testId: string; columns: readonly string[]; rows: readonly (readonly string[])[] }) {
  if (rows.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <div className="wide" role="region" tabIndex={0} aria-label={title}>
        <table data-testid={testId}>
          <thead><tr>{columns.map((name) => <th key={name} scope="col">{name}</th>)}</tr></thead>
          <tbody>
            {rows.map((row, index) => <tr key={index}>{row.map((cell, column) => <td key={column}>{visibleLine(cell)}</td>)}</tr>)}
          </tbody>
        </table>
      </div>
    </>
  );
}
