import { CopyButton } from '../../components/CopyButton';

/** A secret that nobody can show again. */
export function Once({ what, secret, testId }: { what: string; secret: string; testId: string }) {
  return (
    <div className="once" role="status" data-testid={testId}>
      <p>{what} <b>It is shown this once.</b></p>
      <p className="once-secret"><code>{secret}</code><CopyButton label="Copy" text={() => secret} /></p>
    </div>
  );
}
