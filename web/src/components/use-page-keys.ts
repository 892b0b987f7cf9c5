import { useEffect } from 'react';
import { pages } from './pages';
import { goTo, pathOf } from './use-page';

/** How long `g` waits for its second letter. */
const waitMs = 1500;

/** `g` and a letter lead to another page. The letter is taken before the page's own keys see it. */
export function usePageKeys(): void {
  useEffect(() => {
    let until = 0;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
      if (event.target instanceof Element && event.target.closest('input, select, textarea')) return;
      const page = event.timeStamp < until ? pages.find(({ key }) => key === event.key) : undefined;
      until = event.key === 'g' ? event.timeStamp + waitMs : 0;
      if (!page) return;
      event.preventDefault();
      event.stopPropagation();
      goTo(pathOf(page.name));
    };
    document.addEventListener('keydown', onKeyDown, { capture: true });
    return () => document.removeEventListener('keydown', onKeyDown, { capture: true });
  }, []);
}
