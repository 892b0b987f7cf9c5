import type { ReactNode } from 'react';
import { Brand } from './Brand';
import { PageNav } from './PageNav';
import { SessionButton } from './SessionButton';
import { ThemeToggle } from './ThemeToggle';
import './page-head.css';

interface Props {
  /** What the page is doing, behind the links. */
  children?: ReactNode;
  /** Buttons of the page, before those of every page. */
  tools?: ReactNode;
}

/** The head of every page. */
export function PageHead({ children, tools }: Props) {
  return (
    <header className="page-head">
      <Brand />
      <PageNav />
      {children}
      <div className="spacer" />
      {tools}
      <ThemeToggle />
      <SessionButton />
    </header>
  );
}
