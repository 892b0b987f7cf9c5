import { ConfirmButton } from '../../components/ConfirmButton';
import { DataTable } from '../../components/DataTable';
import { useAnswer } from '../../components/use-answer';
import { formatDate } from '../../lib/format';
import { listKeys, rotateKey, type SigningKey } from './api';

export function Keys() {
  const keys = useAnswer('keys', listKeys);
  return (
    <section aria-labelledby="keys">
      <div className="section-bar">
        <h2 id="keys">Keys that sign access tokens and sessions</h2>
        <ConfirmButton
          label="Another key…" title="Sign with another key?" yes="Make one" testId="key-rotate"
          onYes={async () => {
            await rotateKey();
            keys.again();
          }}
        >
          <p>What is signed from now on is signed with it. Tokens and sessions of the old one hold until they end, twelve hours at most.</p>
        </ConfirmButton>
      </div>
      {keys.error !== undefined && <p className="notice bad" role="alert">{keys.error}</p>}
      {keys.value && (
        <DataTable<SigningKey>
          label="Signing keys" testId="keys" rows={keys.value.items} keyOf={(one) => one.id}
          columns={[
            { name: 'Key', cell: (one) => <span className="mono">{one.id}</span> },
            { name: 'Since', cell: (one) => formatDate(one.createdAt).slice(0, -4) },
            { name: 'State', cell: (one) => (one.signs ? <span className="good">signs</span> : 'until what it signed is over') },
          ]}
        />
      )}
      <p className="muted">What is secret of them never leaves the center. Another one is made by itself when a key has become old.</p>
    </section>
  );
}
