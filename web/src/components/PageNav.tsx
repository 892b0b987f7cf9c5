import { Icon } from './Icon';
import { pages } from './pages';
import { Popover } from './Popover';
import { follow, pathOf, usePage } from './use-page';
import { useMedia } from './use-media';

/** Links between the pages, in a menu where the row has no room for them. */
export function PageNav() {
  const here = usePage();
  const folded = useMedia('(max-width: 1180px)');
  const links = pages.map(({ name, label, key }) => (
    <a key={name} href={pathOf(name)} title={folded ? undefined : `${label} (g ${key})`} aria-current={name === here ? 'page' : undefined} onClick={(event) => follow(event, pathOf(name))}>
      {label}
    </a>
  ));
  return (
    <nav className={folded ? 'page-nav folded' : 'page-nav'} aria-label="Pages">
      {folded ? (
        <Popover testId="pages" title="Pages" label={<><span>{pages.find(({ name }) => name === here)?.label ?? 'Pages'}</span><Icon name="chevron" /></>}>
          {links}
        </Popover>
      ) : links}
    </nav>
  );
}
