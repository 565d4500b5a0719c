/** The menu of a message: by pointer, by the menu key, or from its "more" button. */

import { runCommand } from "./actions.js";
import { announce } from "./announce.js";
import { byId, h } from "./dom.js";
import { icon } from "./icons.js";
import { localised, t } from "./i18n.js";
import { available } from "./commands.js";
import { messageText } from "./message.js";
import { placeAt } from "./popover.js";
import { CHANNEL, channel, emit, isEphemeral, openChannel, state } from "./state.js";
import { askThread } from "./threads.js";

/** @param {string} text */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    announce(t("copied"), true);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    announce(t("copy-failed"), true);
  }
}

/** Threads begin at messages of channels that everyone sees. @param {object} message */
const canThread = (message) => !isEphemeral(message) && channel(message.channel_id)?.type === CHANNEL.TEXT;

function items(message) {
  const list = [];
  if (!isEphemeral(message)) list.push({ icon: "reply", label: t("action-reply"), run: () => emit("reply", message) });
  if (message.thread) list.push({ icon: "thread", label: t("jump-thread"), run: () => openChannel(message.thread.id) });
  else if (canThread(message)) list.push({ icon: "thread", label: t("action-thread"), run: () => askThread(message) });
  list.push({ icon: "copy", label: t("action-copy"), run: () => copyText(messageText(message)) });
  list.push({ icon: "copy", label: t("action-copy-id"), run: () => copyText(message.id) });
  // Discord offers no message commands on private replies either: the bot could not fetch them.
  const commands = isEphemeral(message) ? [] : state.commands.filter((one) => one.type === 3 && available(one));
  for (const command of commands) {
    const data = { id: command.id, name: command.name, type: 3, target_id: message.id };
    list.push({ icon: "slash", label: localised(command), command: true, run: () => runCommand(data, [], localised(command)) });
  }
  return list;
}

/** A finger that rests so long asks for the menu; one that moves further is scrolling. */
const LONG_PRESS_MS = 500;
const STILL_PX = 10;

/**
 * Open the menu by pointer, by the menu key and by a long press on the messages of a list.
 * @param {HTMLElement} list
 * @param {(node: Element) => object | undefined} messageOf
 */
export function setUpMenu(list, messageOf) {
  let timer = 0;
  let start = { x: 0, y: 0 };
  const stop = () => clearTimeout(timer);
  list.addEventListener("contextmenu", (event) => {
    stop();
    const message = messageOf(event.target);
    // Links and chosen words keep the browser's own menu.
    if (!message || event.target.closest("a, input, textarea") || String(getSelection())) return;
    event.preventDefault();
    openAt(message, event);
  });
  list.addEventListener("pointerdown", (event) => {
    const message = messageOf(event.target);
    if (event.pointerType !== "touch" || !message || event.target.closest("a")) return;
    start = { x: event.clientX, y: event.clientY };
    // Not every browser sends "contextmenu" for a resting finger.
    timer = setTimeout(() => {
      if (byId("message-menu")) return;
      openAt(message, event);
      swallowClick(list);
    }, LONG_PRESS_MS);
  });
  list.addEventListener("pointermove", (event) => Math.hypot(event.clientX - start.x, event.clientY - start.y) > STILL_PX && stop());
  for (const name of ["pointerup", "pointercancel"]) list.addEventListener(name, stop);
}

/** The finger that asked for the menu must not press what it rests on when it leaves. @param {HTMLElement} list */
function swallowClick(list) {
  const swallow = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  list.addEventListener("click", swallow, { capture: true, once: true });
  addEventListener("pointerup", () => setTimeout(() => list.removeEventListener("click", swallow, { capture: true }), 50), { once: true });
}

function openAt(message, event) {
  const item = event.target.closest(".message");
  const box = item.getBoundingClientRect();
  const byKey = event.button !== 2 && event.pointerType !== "touch";
  openMenu(message, byKey ? { x: box.left + 64, y: Math.max(box.top, 60) + 20 } : { x: event.clientX, y: event.clientY }, item);
}

/** @param {object} message @param {HTMLElement} opener the menu hangs from it */
export function menuBelow(message, opener) {
  const box = opener.getBoundingClientRect();
  openMenu(message, { x: box.right, y: Math.min(box.bottom, innerHeight) }, opener);
}

/** @param {object} message @param {{x: number, y: number}} at @param {HTMLElement} opener gets the focus back */
function openMenu(message, at, opener) {
  byId("message-menu")?.remove();
  const entries = items(message);
  const nodes = entries.map((entry, index) =>
    h(
      "button",
      { type: "button", role: "menuitem", tabindex: index ? "-1" : "0", class: "menu-item", on: { click: () => take(entry) } },
      entry.command ? h("img", { src: "/static/svg/seal.svg", alt: "", width: 16, height: 16 }) : icon(entry.icon),
      entry.label,
    ),
  );
  const apps = nodes.filter((_, index) => entries[index].command);
  const menu = h(
    "div",
    { id: "message-menu", class: "popup menu", role: "menu", popover: "manual", "aria-label": t("actions") },
    nodes.filter((one) => !apps.includes(one)),
    // What the bot offers stands apart from what the page does itself.
    apps.length > 0 && h("div", { role: "group", class: "menu-apps", "aria-label": t("apps") }, h("p", { class: "palette-group", "aria-hidden": "true" }, t("apps")), apps),
  );

  // Not a popover that closes by itself: the finger that opened the menu still rests beside it.
  const outside = (event) => !menu.contains(event.target) && close();
  function close() {
    document.removeEventListener("pointerdown", outside);
    const hadFocus = menu.contains(document.activeElement);
    menu.remove();
    if (hadFocus) opener.focus({ preventScroll: true });
  }

  function take(entry) {
    close();
    entry.run();
  }

  menu.addEventListener("keydown", (event) => {
    const now = nodes.indexOf(document.activeElement);
    const moves = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 };
    if (event.key in moves) nodes.at(moves[event.key] % nodes.length).focus();
    else if (event.key === "Tab" || event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  byId("room").append(menu);
  menu.showPopover();
  placeAt(menu, at.x, at.y);
  nodes[0].focus();
  document.addEventListener("pointerdown", outside);
}
