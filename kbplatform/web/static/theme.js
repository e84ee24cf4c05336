// Runs before the first paint: the remembered theme, and that scripts work at all.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const read = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const show = () => { root.dataset.shown = root.dataset.theme ?? (dark.matches ? "dark" : "light"); };
  const theme = read("kb.theme");
  if (theme === "dark" || theme === "light") root.dataset.theme = theme;
  if (read("kb.keys") === "off") root.dataset.keys = "off";
  show();
  dark.addEventListener("change", show);
})();
