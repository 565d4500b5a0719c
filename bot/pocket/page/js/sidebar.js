/** Channels with their threads, who speaks, language, theme, starting afresh; and the head of the open channel. */

import { explain } from "./actions.js";
import { announce } from "./announce.js";
import { postReset } from "./api.js";
import { showDialog } from "./dialog.js";
import { byId, fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { LOCALES, locale, t, wordsFor } from "./i18n.js";
import { readPref, writePref } from "./prefs.js";
import { CHANNEL, channel, channelLabel, isThread, on, openChannel, state } from "./state.js";
import { unreadIn } from "./unread.js";

const THEMES = ["auto", "light", "dark"];
const THEME_ICON = { auto: "half", light: "sun", dark: "moon" };

/** @param {{onMember: (id: string) => void, onLocale: (name: string) => void, onReset: () => void}} handlers */
export function setUpSidebar(handlers) {
  byId("nav-open").append(icon("menu"));
  byId("nav-close").append(icon("close"));
  byId("channel-back").append(icon("back"));
  byId("nav-open").addEventListener("click", () => showNav(true));
  byId("nav-close").addEventListener("click", () => showNav(false));
  byId("sidebar-veil").addEventListener("click", () => showNav(false));
  byId("sidebar").addEventListener("keydown", (event) => event.key === "Escape" && showNav(false));
  byId("channel-back").addEventListener("click", () => openChannel(channel()?.parent_id));
  byId("member").addEventListener("change", (event) => handlers.onMember(event.target.value));
  byId("language").addEventListener("change", (event) => handlers.onLocale(event.target.value));
  byId("theme").addEventListener("click", nextTheme);
  byId("reset").addEventListener("click", () => askReset(handlers.onReset));
  for (const name of ["state", "channel", "locale"]) on(name, render);
  for (const name of ["unread", "message-delete"]) on(name, renderChannels);
  render();
}

/** On a narrow page the channels are a drawer; while it is open the room behind it is out of reach. */
function showNav(open) {
  const wasOpen = byId("sidebar").classList.contains("open");
  byId("sidebar").classList.toggle("open", open);
  byId("sidebar-veil").hidden = !open;
  byId("room").inert = open;
  byId("nav-open").setAttribute("aria-expanded", String(open));
  if (open) byId("nav-close").focus();
  else if (wasOpen) byId("nav-open").focus();
}

function render() {
  renderChannels();
  fill(byId("member"), state.members.map((one) => h("option", { value: one.id }, `${one.name} · ${t(`role-${one.role}`)}`)));
  byId("member").value = state.memberId;
  fill(byId("language"), LOCALES.map(([value, label]) => h("option", { value }, label)));
  byId("language").value = locale();
  const here = channel();
  fill(byId("channel-title"), channelLabel(here));
  // The server's own channels have topics in every language; any other keeps what it came with.
  fill(byId("channel-topic"), wordsFor(`topic-${here?.type === CHANNEL.DM ? "direct" : here?.name}`) ?? here?.topic ?? "");
  const parent = isThread(here) ? channel(here.parent_id) : undefined;
  byId("channel-back").hidden = !parent;
  if (parent) {
    byId("channel-back").setAttribute("aria-label", t("thread-back", { channel: channelLabel(parent) }));
    byId("channel-back").title = t("thread-back", { channel: channelLabel(parent) });
  }
  showTheme();
}

/** Every channel followed by its threads. */
function inOrder() {
  const threads = state.channels.filter(isThread);
  return state.channels.filter((one) => !isThread(one)).flatMap((one) => [one, ...threads.filter((inner) => inner.parent_id === one.id)]);
}

function renderChannels() {
  const focused = document.activeElement?.closest("#channels [data-channel]")?.dataset.channel;
  fill(byId("channels"), inOrder().map(channelRow));
  if (focused) byId("channels").querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
  const all = state.channels.reduce((sum, one) => sum + unreadIn(one.id), 0);
  document.title = `${all ? `(${all}) ` : ""}${channelLabel(channel())} · ${t("app-name")}`;
  byId("nav-open").dataset.unread = String(all);
}

const kindIcon = (one) => icon(one.type === CHANNEL.DM ? "mail" : isThread(one) ? "thread" : "hash");

function channelRow(one) {
  const unread = one.id === state.channelId && !document.hidden ? 0 : unreadIn(one.id);
  const here = one.id === state.channelId;
  const classes = ["channel", here && "here", unread && "has-unread", isThread(one) && "nested"].filter(Boolean).join(" ");
  const open = () => {
    openChannel(one.id);
    showNav(false);
  };
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", class: classes, "aria-current": here ? "page" : undefined, dataset: { channel: one.id }, on: { click: open } },
      kindIcon(one),
      h("span", { class: "channel-name" }, one.type === CHANNEL.DM ? t("direct") : one.name),
      unread > 0 && h("span", { class: "unread" }, h("span", { "aria-hidden": "true" }, unread > 99 ? "99+" : unread), h("span", { class: "sr-only" }, t("unread", { count: unread }))),
    ),
  );
}

function nextTheme() {
  const now = readPref("theme") ?? "auto";
  const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
  writePref("theme", next);
  if (next === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  showTheme();
  announce(t(`theme-${next}`));
}

function showTheme() {
  const now = readPref("theme") ?? "auto";
  const button = byId("theme");
  fill(button, icon(THEME_ICON[now] ?? "half"), t(`theme-${now}`));
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
  showDialog(dialog, { light: true });
}
