// A classic script in the head: the theme is set before the first paint, so a dark reader never sees a white flash.
try {
  const theme = localStorage.getItem("colophon.pocket.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is switched off: the system's preference decides.
}
