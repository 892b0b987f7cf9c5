// Runs before the first paint so that a stored theme never flashes; a file because the policy forbids inline scripts.
try {
  const theme = localStorage.getItem('weir.theme');
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is denied: the system's colour scheme applies.
}
