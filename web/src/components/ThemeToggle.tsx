import { useEffect, useState } from 'react';
import { Icon } from './Icon';

type Theme = 'dark' | 'light';

const system = matchMedia('(prefers-color-scheme: light)');
const current = (): Theme => {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === 'dark' || chosen === 'light') return chosen;
  return system.matches ? 'light' : 'dark';
};

/** The system's choice until the button is pressed; from then on the reader's, kept for the next visit. */
export function ThemeToggle() {
  const [theme, setTheme] = useState(current);

  useEffect(() => {
    const follow = () => setTheme(current());
    system.addEventListener('change', follow);
    return () => system.removeEventListener('change', follow);
  }, []);

  const next: Theme = theme === 'dark' ? 'light' : 'dark';
  const choose = () => {
    document.documentElement.dataset.theme = next;
    setTheme(next);
    try {
      // A bare word: theme.js reads it before any other code runs.
      localStorage.setItem('weir.theme', next);
    } catch {
      // Storage is denied: the choice lasts as long as the page.
    }
  };

  return (
    <button type="button" className="button quiet square" data-testid="theme-toggle" onClick={choose} aria-label={`Use the ${next} theme`} title={`Use the ${next} theme`}>
      <Icon name={theme === 'dark' ? 'sun' : 'moon'} />
    </button>
  );
}
