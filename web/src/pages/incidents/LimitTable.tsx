import { useState } from 'react';
import { ConfirmButton } from '../../components/ConfirmButton';
import { DataTable } from '../../components/DataTable';
import { useNow } from '../../components/use-now';
import { formatDate, visibleLine } from '../../lib/format';
import { ago, until } from '../../lib/time';
import { checkLimit, revertLimit } from './api';
import { isSet } from './select';
import type { Limit } from './types';
import { limitTarget, limitWords } from './words';

const stateWords: Record<Limit['state'], string> = {
  applying: 'being set', active: 'set', reverting: 'being taken back', reverted: 'taken back', replaced: 'replaced by another', failed: 'not set', dry_run: 'only tried',
};

/** Limits with what is left of their time, and the ways to look after them. */
export function LimitTable({ limits, operates, onChanged }: { limits: readonly Limit[]; operates: boolean; onChanged(): void }) {
  const now = useNow();
  return (
    <DataTable<Limit>
      label="Limits" testId="limits" rows={limits} keyOf={(one) => one.id}
      columns={[
        { name: 'What', cell: (one) => <>{visibleLine(limitTarget(one.target))}<code>{visibleLine(limitWords(one))}</code></> },
        {
          name: 'State',
          cell: (one) => (
            <>
              <span className={one.state === 'failed' || one.state === 'reverting' ? 'bad' : one.state === 'active' ? 'good' : undefined}>{stateWords[one.state]}</span>
              {one.error && <code className="wraps">{visibleLine(one.error)}</code>}
              {one.left.map((left) => <code key={left} className="wraps">{visibleLine(`left as it is: ${left}`)}</code>)}
            </>
          ),
        },
        {
          name: 'Ends',
          cell: (one) => (isSet(one)
            ? <span data-testid="limit-ends" title={one.expiresAt ? formatDate(one.expiresAt) : undefined}>{until(one.expiresAt, now)}</span>
            : <span title={one.endedAt ? formatDate(one.endedAt) : undefined}>{one.endedAt ? ago(one.endedAt, now) : '–'}</span>),
        },
        { name: 'By', cell: (one) => <>{visibleLine(one.by)}{one.reason && <code className="wraps">{visibleLine(one.reason)}</code>}</> },
        { name: '', cell: (one) => isSet(one) && <Actions limit={one} operates={operates} onChanged={onChanged} /> },
      ]}
    />
  );
}

function Actions({ limit, operates, onChanged }: { limit: Limit; operates: boolean; onChanged(): void }) {
  const [said, setSaid] = useState<{ text: string; bad: boolean }>();
  const check = async () => {
    try {
      const answer = await checkLimit(limit.id);
      setSaid(answer.isApplied ? { text: 'The cluster has it as it was set.', bad: false } : { text: answer.missing.join('; '), bad: true });
    } catch (failure) {
      setSaid({ text: failure instanceof Error ? failure.message : String(failure), bad: true });
    }
  };
  return (
    <div className="row-actions">
      <button type="button" className="button" aria-label={`Check the limit of ${limitTarget(limit.target)}`} data-testid="limit-check" onClick={() => void check()}>Check</button>
      {operates && (
        <ConfirmButton
          label="Take back" name={`Take back the limit of ${limitTarget(limit.target)}`} title="Take this limit back?" yes="Take it back" testId="limit-revert" danger
          onYes={async () => {
            await revertLimit(limit.id);
            onChanged();
          }}
        >
          <p>{`${limitTarget(limit.target)} becomes what it was before; what somebody changed meanwhile stays.`}</p>
        </ConfirmButton>
      )}
      <span role="status" className={said?.bad ? 'bad' : 'muted'} data-testid="limit-checked">{said ? visibleLine(said.text) : ''}</span>
    </div>
  );
}
