/** Channels, who speaks, language, theme, starting afresh; and the head of the open channel. */

import { explain } from "./actions.js";
import { announce } from "./announce.js";
import { postReset } from "./api.js";
import { byId, fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { LOCALES, locale, t } from "./i18n.js";
import { readPref, writePref } from "./prefs.js";
import { CHANNEL, channel, channelLabel, on, openChannel, state } from "./state.js";

const THEMES = ["auto", "light", "dark"];
const THEME_ICON = { auto: "half", light: "sun", dark: "moon" };

/** @param {{onMember: (id: string) => void, onLocale: (name: string) => void, onReset: () => void}} handlers */
export function setUpSidebar(handlers) {
  byId("nav-open").append(icon("menu"));
  byId("nav-close").append(icon("close"));
  byId("nav-open").addEventListener("click", () => showNav(true));
  byId("nav-close").addEventListener("click", () => showNav(false));
  byId("sidebar-veil").addEventListener("click", () => showNav(false));
  byId("sidebar").addEventListener("keydown", (event) => event.key === "Escape" && showNav(false));
  byId("member").addEventListener("change", (event) => handlers.onMember(event.target.value));
  byId("language").addEventListener("change", (event) => handlers.onLocale(event.target.value));
  byId("theme").addEventListener("click", nextTheme);
  byId("reset").addEventListener("click", () => askReset(handlers.onReset));
  for (const name of ["state", "channel", "unread", "locale"]) on(name, render);
  for (const name of ["state", "presence", "locale"]) on(name, renderStatus);
  render();
}

function showNav(open) {
  byId("sidebar").classList.toggle("open", open);
  byId("sidebar-veil").hidden = !open;
  if (open) byId("nav-close").focus();
  else if (byId("nav-open").offsetParent) byId("nav-open").focus();
}

function render() {
  fill(byId("channels"), state.channels.map(channelRow));
  fill(byId("member"), state.members.map((one) => h("option", { value: one.id }, `${one.name} · ${t(`role-${one.role}`)}`)));
  byId("member").value = state.memberId;
  fill(byId("language"), LOCALES.map(([value, label]) => h("option", { value }, label)));
  byId("language").value = locale();
  const here = channel();
  fill(byId("channel-title"), channelLabel(here));
  fill(byId("channel-topic"), here?.topic ?? "");
  const line = byId("local-line");
  fill(line, icon("home"), t("local-line"));
  line.title = t("local-detail");
  showTheme();
  document.title = `${channelLabel(here)} · ${t("app-name")}`;
}

function channelRow(one) {
  const unread = state.unread.get(one.id) ?? 0;
  const here = one.id === state.channelId;
  const label = one.type === CHANNEL.DM ? t("direct") : one.name;
  const open = () => {
    openChannel(one.id);
    showNav(false);
  };
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", class: here ? "channel here" : "channel", "aria-current": here ? "page" : undefined, dataset: { channel: one.id }, on: { click: open } },
      icon(one.type === CHANNEL.DM ? "mail" : CHANNEL.THREADS.has(one.type) ? "thread" : "hash"),
      h("span", {}, label),
      unread > 0 && h("span", { class: "unread", "aria-label": t("unread", { count: unread }) }, unread),
    ),
  );
}

function renderStatus() {
  const { online, status, activity } = state.bot;
  const shown = online ? status : "offline";
  const words = t(`bot-${shown in { online: 1, idle: 1, dnd: 1 } ? shown : "offline"}`);
  fill(byId("bot-status"), h("span", { class: `lamp ${shown}`, "aria-hidden": "true" }), h("span", {}, `${state.bot.name}: ${words}`), online && activity && h("span", { class: "faint" }, activity));
  byId("bot-status").dataset.status = shown;
}

function nextTheme() {
  const now = readPref("theme") ?? "auto";
  const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
  writePref("theme", next);
  if (next === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  showTheme();
}

function showTheme() {
  const now = readPref("theme") ?? "auto";
  const button = byId("theme");
  fill(button, icon(THEME_ICON[now] ?? "half"), t("theme"));
  button.setAttribute("aria-label", t(`theme-${now}`));
  button.title = t(`theme-${now}`);
}

function askReset(onReset) {
  const yes = async () => {
    try {
      await postReset();
      onReset();
    } catch (error) {
      announce(explain(error), true);
    }
    dialog.close();
  };
  const dialog = h(
    "dialog",
    { class: "modal", "aria-label": t("reset-title") },
    h("h2", {}, t("reset-title")),
    h("p", {}, t("reset-body")),
    h(
      "div",
      { class: "row end" },
      h("button", { type: "button", class: "button secondary", on: { click: () => dialog.close() } }, t("cancel")),
      h("button", { type: "button", class: "button danger", on: { click: yes } }, t("reset-yes")),
    ),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
