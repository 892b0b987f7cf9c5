import type { MouseEvent } from 'react';
import { goTo, type Page, pathOf, usePage } from './use-page';

const pages: [Page, string][] = [
  ['calls', 'Calls'],
  ['endpoints', 'Endpoints'],
  ['status', 'Status'],
];

/** Links between the pages. They are real links: a middle click or a modifier opens another tab. */
export function PageNav() {
  const here = usePage();
  const follow = (event: MouseEvent, page: Page) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (page !== here) goTo(page);
  };
  return (
    <nav className="page-nav" aria-label="Pages">
      {pages.map(([page, label]) => (
        <a key={page} href={pathOf(page)} aria-current={page === here ? 'page' : undefined} onClick={(event) => follow(event, page)}>
          {label}
        </a>
      ))}
    </nav>
  );
}
