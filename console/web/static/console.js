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
    if (wanted && !inUse && wanted.innerHTML !== region.innerHTML) replace(region, wanted);
  }
}

function rows(root) {
  return new Set([...root.querySelectorAll("a[data-row]")].map((link) => link.href));
}

function replace(region, wanted) {
  const before = rows(region);
  region.innerHTML = wanted.innerHTML;
  for (const link of region.querySelectorAll("a[data-row]")) {
    if (!before.has(link.href)) link.closest("tr, li")?.classList.add("fresh");
  }
  setUpCopying(region);
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
  const links = [...document.querySelectorAll("main a[data-row]")];
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
    else if (event.key === "?") document.getElementById("keys").showModal();
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

function setUpHelp() {
  const button = document.getElementById("keys-toggle");
  button.hidden = false;
  button.addEventListener("click", () => document.getElementById("keys").showModal());
}

function setUpCopying(root) {
  for (const button of root.querySelectorAll("button[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = "Copied";
    });
  }
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
setUpHelp();
setUpCopying(document);
setUpConfirmations();
