/** The pages of the navigation, in its order. `key` is the letter that leads there after `g`. A page's address is `/` and its name. */
export const pages = [
  { name: 'calls', label: 'Calls', key: 'c' },
  { name: 'endpoints', label: 'Endpoints', key: 'e' },
  { name: 'status', label: 'Status', key: 's' },
] as const;

/** What the help says of them. */
export const pageShortcuts = pages.map(({ key, label }) => [`g ${key}`, `Go to ${label}`] as const);
