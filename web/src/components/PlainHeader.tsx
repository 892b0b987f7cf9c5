import { PageNav } from './PageNav';
import { SessionButton } from './SessionButton';
import { ThemeToggle } from './ThemeToggle';
import '../pages/calls/app-header.css';

/** The head of pages that need nothing else in it. */
export function PlainHeader() {
  return (
    <header className="app-header">
      <h1>
        <img src="/icon.svg" alt="" width="22" height="22" />
        Weir
      </h1>
      <PageNav />
      <div className="spacer" />
      <ThemeToggle />
      <SessionButton />
    </header>
  );
}
