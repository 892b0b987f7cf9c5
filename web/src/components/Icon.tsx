const paths = {
  pause: 'M5.5 3.500v9M10.500 3.500v9',
  play: 'M5 3.200v9.600l7.500-4.800z',
  clear: 'M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11zM4.200 4.200l7.600 7.600',
  close: 'M4 4l8 8M12 4l-8 8',
  copy: 'M5.500 5.500h7v7h-7zM3.500 10.500v-7h7',
  check: 'M3.500 8.500l3 3 6-7',
  search: 'M7 2.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9zM10.400 10.400l3.100 3.100',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1.500v1M8 13.500v1M1.500 8h1M13.500 8h1M3.400 3.400l.7.7M11.900 11.900l.7.7M3.400 12.600l.7-.7M11.900 4.100l.7-.7',
  moon: 'M13 9.500A5.500 5.500 0 0 1 6.500 3a5.500 5.500 0 1 0 6.500 6.500z',
  warning: 'M8 2.500l6 10.800H2zM8 6.500v3.200M8 11.400v.2',
  filter: 'M2.500 3.500h11l-4.300 5v4.200l-2.400 1.100V8.500z',
  right: 'M2.500 3h11v10h-11zM9.500 3v10',
  bottom: 'M2.500 3h11v10h-11zM2.500 9h11',
  arrow: 'M3 8h9.500M9 4.500L12.500 8 9 11.500',
  up: 'M8 13V3.500M4 7l4-4 4 4',
  keyboard: 'M1.800 4h12.400v8H1.800zM4 6.500h.2M6.600 6.500h.2M9.200 6.500h.2M11.800 6.500h.2M5 9.500h6',
  chevron: 'M6 4l4 4-4 4',
  terminal: 'M3 4.500l3.500 3.500L3 11.500M8 12h5',
  braces: 'M6 2.800c-2 0-1.500 2-1.500 3S4 8 2.800 8c1.200 0 1.700 1 1.700 2.200s-.5 3 1.500 3M10 2.800c2 0 1.500 2 1.500 3s.5 2.200 1.700 2.200c-1.200 0-1.700 1-1.700 2.200s.5 3-1.500 3',
  minus: 'M4 8h8',
  plus: 'M4 8h8M8 4v8',
  fit: 'M2.500 6V2.500H6M10 2.500h3.500V6M13.500 10v3.500H10M6 13.500H2.500V10',
  star: 'M8 2.200l1.800 3.700 4 .6-2.900 2.800.7 4L8 11.400l-3.600 1.900.7-4L2.200 6.500l4-.6z',
  download: 'M8 2.500v7.500M4.800 7L8 10.200 11.200 7M3 13h10',
  packets: 'M2.500 4.500h4v3h-4zM9.500 4.500h4v3h-4zM6 10.500h4v3H6zM6.500 6h3M4.500 7.500L7 10.500M11.500 7.500L9 10.500',
  facets: 'M2.500 4h11M4.500 8h7M6.500 12h3',
  clock: 'M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11zM8 5v3.200l2.200 1.300',
  leave: 'M9.500 3h-6v10h6M7 8h6.500M11 5.500L13.500 8 11 10.500',
  refresh: 'M13 8a5 5 0 1 1-1.500-3.600M13 2.500v2.800h-2.800',
} as const;

export type IconName = keyof typeof paths;

/** Decoration beside a text or an accessible name, hence hidden from assistive technology. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
