import type { Call, HeaderPair } from '../../../api/types';
import { CopyButton } from '../../../components/CopyButton';
import { PairsTable } from './PairsTable';
import { sensitiveHeaders } from './sensitive';

export function HeadersView({ call }: { call: Call }) {
  return (
    <>
      <HeaderTable title="Request headers" headers={call.request?.headers} sensitive={sensitiveHeaders(call, 'request')} absent="The request was not seen." />
      <HeaderTable title="Response headers" headers={call.response?.headers} sensitive={sensitiveHeaders(call, 'response')} absent="There is no response." />
    </>
  );
}

interface Props {
  title: string;
  headers: HeaderPair[] | undefined;
  sensitive: ReadonlySet<string>;
  absent: string;
}

function HeaderTable({ title, headers, sensitive, absent }: Props) {
  return (
    <section className="headers">
      <div className="section-head">
        <h2>{title} {headers && <span className="muted">{headers.length}</span>}</h2>
        {headers && <CopyButton compact label={`Copy ${title.toLowerCase()}`} text={() => headers.map((pair) => pair.join(': ')).join('\n')} />}
      </div>
      {!headers ? (
        <p className="muted">{absent}</p>
      ) : (
        <PairsTable pairs={headers} sensitive={sensitive} />
      )}
    </section>
  );
}
