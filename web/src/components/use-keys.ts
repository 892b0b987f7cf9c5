import { useEffect, useRef } from 'react';

/** Single-key shortcuts of the page. They stay silent where the key already has a meaning: fields, buttons, open panels. */
export function useKeys(keys: Record<string, () => unknown>): void {
  const current = useRef(keys);
  useEffect(() => {
    current.current = keys;
  });

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      // A dialog has the keys to itself; Escape closes it.
      if (document.querySelector('dialog[open]')) return;
      const target = event.target instanceof Element ? event.target : undefined;
      const action = current.current[event.key];
      if (!action || target?.closest('input, select, textarea')) return;
      if ((event.key === 'Enter' || event.key === ' ') && target?.closest('button, a, summary, [role=tab]')) return;
      const scrolls = event.key.startsWith('Arrow') || event.key === 'Home';
      if (scrolls && target?.closest('[role=tabpanel], [role=separator]')) return;
      event.preventDefault();
      action();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}
