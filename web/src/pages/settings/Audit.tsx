import { DataTable } from '../../components/DataTable';
import { Segments } from '../../components/Segments';
import { useAnswer } from '../../components/use-answer';
import { follow, goTo } from '../../components/use-page';
import { addressOf, replaceAddress, usePlace } from '../../components/use-place';
import { formatDate, visibleLine } from '../../lib/format';
import { type AuditLine, auditPath, listAudit } from './api';
import { actionWords, outcomeWords } from './audit-words';

const kinds = [['', 'All'], ['change', 'Changes'], ['login', 'Logins'], ['read', 'Raw packets']] as const;
type Kind = (typeof kinds)[number][0];

/** Who did what, newest first. The address holds filter and page. */
export function Audit() {
  const { query } = usePlace();
  const asked = { kind: kinds.find(([kind]) => kind === query.get('kind'))?.[0] ?? ('' as Kind), actor: query.get('actor') ?? '', before: query.get('before') ?? '' };
  const page = useAnswer(auditPath(asked), (signal) => listAudit(asked, signal));
  const lines = page.value?.items ?? [];
  const place = (change: Partial<typeof asked>) => addressOf(['settings'], { view: 'audit', ...asked, before: '', ...change });
  const older = page.value?.next ? place({ before: page.value.next }) : undefined;
  return (
    <section aria-labelledby="audit">
      <h2 id="audit">Who did what</h2>
      <form className="endpoints-bar" role="search" onSubmit={(event) => event.preventDefault()}>
        <Segments label="Kind" name="audit-kind" choices={kinds} value={asked.kind} onChange={(kind) => goTo(place({ kind }))} />
        <label className="grow">
          <span className="visually-hidden">Only of this user</span>
          <input type="search" data-testid="audit-actor" placeholder="Only of this user" value={asked.actor} onChange={(event) => replaceAddress(place({ actor: event.target.value }))} />
        </label>
      </form>
      {page.error !== undefined && <p className="notice bad" role="alert">{page.error}</p>}
      {page.value && lines.length === 0 && <p className="muted">Nothing of this.</p>}
      {lines.length > 0 && (
        <DataTable<AuditLine & { index: number }>
          label="Audit log" testId="audit" rows={lines.map((line, index) => ({ ...line, index }))} keyOf={(one) => String(one.index)}
          columns={[
            { name: 'When', cell: (one) => <span className="nowrap">{formatDate(one.at).slice(0, -4)}</span> },
            { name: 'Who', cell: (one) => one.actor },
            { name: 'Did', cell: (one) => <>{visibleLine(actionWords(one.action))}{(one.target !== '' || one.detail !== '') && <code className="wraps">{visibleLine([one.target, one.detail].filter((text) => text !== '').join(': '))}</code>}</> },
            { name: 'Outcome', cell: (one) => <span className={one.status >= 400 ? 'bad' : undefined} title={String(one.status)}>{outcomeWords(one.status)}</span> },
            { name: 'By', cell: (one) => one.via.replaceAll('_', ' ') },
            { name: 'From', cell: (one) => one.address },
          ]}
        />
      )}
      <div className="actions-bar">
        {asked.before !== '' && <a className="button" href={place({})} onClick={(event) => follow(event, place({}))}>Newest</a>}
        {older && <a className="button" data-testid="audit-older" href={older} onClick={(event) => follow(event, older)}>Older</a>}
      </div>
    </section>
  );
}
