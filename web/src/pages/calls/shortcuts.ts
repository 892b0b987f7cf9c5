/** The keys of the page, as the help shows them. */
export const shortcuts: readonly (readonly [keys: string, meaning: string])[] = [
  ['/', 'Go to the filter'],
  ['j ↓', 'Older call'],
  ['k ↑', 'Newer call'],
  ['Enter', 'Go into the detail'],
  ['Esc', 'Back, close'],
  ['Space', 'Pause or resume'],
  ['f', 'Show or hide what to narrow down by'],
  ['l', 'Back to the live list'],
  ['Home', 'Newest call'],
  ['?', 'These keys'],
];
