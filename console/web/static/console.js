// What the pages do beyond links and forms: they stay up to date, and they can be walked with the keyboard.
"use strict";

const LIVE = "hookswitch-live";
const THEME = "hookswitch-theme";
const FOLLOW_EVERY = 1000;
const COME_BACK = 30000;
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
    button.title = `Theme: ${theme}`;
    button.querySelector(".unseen").textContent = button.title;
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    remember(THEME, theme);
    show();
  });
  show();
}

// What follows the news by itself, and what is brought up to date along with it.
const LIVELY = "[data-live][id]";
const FRESH = `${LIVELY}, [data-along][id]`;

function regions(root, which) {
  return new Map([...root.querySelectorAll(which)].map((region) => [region.id, region]));
}

async function refresh() {
  const headers = { accept: "text/html", "x-hookswitch-refresh": "1" };
  const response = await fetch(location.href, { headers, redirect: "error" });
  if (!response.ok) return;
  const fresh = regions(new DOMParser().parseFromString(await response.text(), "text/html"), FRESH);
  for (const [id, region] of regions(document, FRESH)) {
    const wanted = fresh.get(id);
    const inUse = region.contains(document.activeElement) || region.querySelector("details[open], dialog[open]");
    if (wanted && !inUse && wanted.innerHTML !== region.innerHTML) replace(region, wanted);
  }
}

// A region that says it waits for something is asked for until it does not any more.
function follow() {
  if (!document.querySelector("[data-follow]")) return;
  setTimeout(() => refresh().catch(() => {}).then(follow), FOLLOW_EVERY);
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
  if (regions(document, LIVELY).size === 0) return;
  let on = remembered(LIVE, "on") === "on";
  let source = null;
  let later = 0;
  const show = (away) => {
    button.dataset.away = String(away);
    button.title = away ? "No news at the moment; the page asks again by itself" : "Follow news as it comes";
  };
  const listen = () => {
    clearTimeout(later);
    source?.close();
    source = on ? new EventSource("/live") : null;
    source?.addEventListener("changed", () => { if (!document.hidden) refresh().catch(() => {}); });
    source?.addEventListener("open", () => show(false));
    source?.addEventListener("error", () => {
      show(true);
      if (source.readyState === EventSource.CLOSED) later = setTimeout(listen, COME_BACK);
    });
    button.setAttribute("aria-pressed", String(on));
    show(false);
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
follow();
