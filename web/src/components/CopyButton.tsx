import { useEffect, useState } from 'react';
import { Icon, type IconName } from './Icon';

interface Props {
  text: () => string | undefined;
  label: string;
  /** Shows the icon alone; the label stays as its accessible name. */
  compact?: boolean;
  testId?: string;
  icon?: IconName;
}

export function CopyButton({ text, label, compact = false, testId, icon = 'copy' }: Props) {
  const [result, setResult] = useState<'idle' | 'copied' | 'failed'>('idle');

  useEffect(() => {
    if (result === 'idle') return;
    const timer = setTimeout(() => setResult('idle'), 1600);
    return () => clearTimeout(timer);
  }, [result]);

  const copy = async () => {
    const value = text();
    setResult(value !== undefined && (await writeClipboard(value)) ? 'copied' : 'failed');
  };

  const shown = result === 'copied' ? 'Copied' : result === 'failed' ? 'Not copied' : label;
  return (
    <button
      type="button"
      className={compact ? 'button quiet square' : 'button quiet'}
      data-result={result}
      data-testid={testId}
      aria-label={compact ? shown : undefined}
      title={`Copy ${label.replace(/^Copy /, '')}`}
      onClick={() => void copy()}
    >
      <Icon name={result === 'copied' ? 'check' : result === 'failed' ? 'warning' : icon} />
      {!compact && <span aria-live="polite">{shown}</span>}
    </button>
  );
}

/** The clipboard API exists on https and localhost only; a center reached by plain http needs the older way. */
async function writeClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    const focused = document.activeElement;
    area.value = text;
    area.className = 'visually-hidden';
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    if (focused instanceof HTMLElement) focused.focus();
    return copied;
  }
}
