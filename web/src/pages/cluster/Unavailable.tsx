import type { ReactNode } from 'react';
import { visibleLine } from '../../lib/format';

/** Calm words where a part has nothing to show, and how to get it. */
export function Unavailable({ why, children }: { why: string; children?: ReactNode }) {
  return (
    <div className="nothing" data-testid="unavailable">
      <h3>{visibleLine(sentence(why))}</h3>
      {children}
    </div>
  );
}

const sentence = (text: string) => (text === '' ? 'There is nothing to show.' : `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`);

/** What a center without a cluster lacks. */
export function HowToConnect() {
  return <p className="muted">A center in a cluster needs <code>cluster: {'{enabled: true}'}</code> in its configuration; one outside also the way there: <code>cluster: {'{enabled: true, kubeconfig: …}'}</code>.</p>;
}
