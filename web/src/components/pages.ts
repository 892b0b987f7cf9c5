/** The pages of the navigation, in its order. `key` is the letter that leads there after `g`. A page's address is `/` and its name. */
export const pages = [
  { name: 'calls', label: 'Calls', key: 'c' },
  { name: 'map', label: 'Map', key: 'm' },
  { name: 'endpoints', label: 'Endpoints', key: 'e' },
  { name: 'traffic', label: 'Traffic', key: 't' },
  { name: 'incidents', label: 'Incidents', key: 'i' },
  { name: 'cluster', label: 'Cluster', key: 'k' },
  { name: 'status', label: 'Status', key: 's' },
  { name: 'settings', label: 'Settings', key: ',' },
] as const;

/** What the help says of them. */
export const pageShortcuts = pages.map(({ key, label }) => [`g ${key}`, `Go to ${label}`] as const);
