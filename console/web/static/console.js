// What the pages do beyond links and forms: they stay up to date, and they can be walked with the keyboard.
"use strict";

const LIVE = "hookswitch-live";
const THEME = "hookswitch-theme";
const THEMES = ["auto", "light", "dark"];

function remembered(name, otherwise) {
  try { return localStorage.getItem(name) ?? otherwise; } catch { return otherwise; }
}

function remember(name, value) {
  try { localStorage.setItem(name, value); } catch { /* a browser that remembers nothing is fine */ }
}

function applyTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function setUpTheme() {
  const button = document.getElementById("theme-toggle");
  let theme = remembered(THEME, "auto");
  const show = () => {
    applyTheme(theme);
    button.textContent = `Theme: ${theme}`;
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    remember(THEME, theme);
    show();
  });
  show();
}

function regions(root) {
  return new Map([...root.querySelectorAll("[data-live][id]")].map((region) => [region.id, region]));
}

async function refresh() {
  const response = await fetch(location.href, { headers: { accept: "text/html" }, redirect: "error" });
  if (!response.ok) return;
  const fresh = regions(new DOMParser().parseFromString(await response.text(), "text/html"));
  for (const [id, region] of regions(document)) {
    const wanted = fresh.get(id);
    const inUse = region.contains(document.activeElement) || region.querySelector("details[open], dialog[open]");
    if (wanted && !inUse && wanted.innerHTML !== region.innerHTML) region.innerHTML = wanted.innerHTML;
  }
}

function setUpLive() {
  const button = document.getElementById("live-toggle");
  if (regions(document).size === 0) return;
  let on = remembered(LIVE, "on") === "on";
  let source = null;
  const listen = () => {
    source?.close();
    source = on ? new EventSource("/live") : null;
    source?.addEventListener("changed", () => { if (!document.hidden) refresh().catch(() => {}); });
    button.setAttribute("aria-pressed", String(on));
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    on = !on;
    remember(LIVE, on ? "on" : "off");
    listen();
  });
  document.addEventListener("visibilitychange", () => { if (on && !document.hidden) refresh().catch(() => {}); });
  addEventListener("pagehide", () => source?.close());
  listen();
}

function typing(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

function step(by) {
  const links = [...document.querySelectorAll("main tbody tr a[data-row]")];
  const at = links.indexOf(document.activeElement);
  const next = links[Math.max(0, Math.min(links.length - 1, at < 0 ? 0 : at + by))];
  next?.focus();
}

function setUpKeys() {
  let before = "";
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const pressed = before + event.key;
    before = event.key === "g" ? "g" : "";
    const place = document.querySelector(`header nav a[data-key="${CSS.escape(pressed)}"]`);
    if (place) location.href = place.href;
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "/") {
      const search = document.querySelector("main input[type=search], main form.filters input");
      if (!search) return;
      search.focus();
      event.preventDefault();
    }
  });
}

function setUpConfirmations() {
  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm;
    if (question && !confirm(question)) event.preventDefault();
  });
}

applyTheme(remembered(THEME, "auto"));
setUpTheme();
setUpLive();
setUpKeys();
setUpConfirmations();
