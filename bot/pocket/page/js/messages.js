/** The list of messages: keyed items, the reader's place kept, arrows to walk it, empty states that teach. */

import { announce } from "./announce.js";
import { byId, fill, h } from "./dom.js";
import { t } from "./i18n.js";
import { announcement, authorName, fillMessage, messageText, waiting } from "./message.js";
import { copyText, menuBelow, setUpMenu } from "./menu.js";
import { pendingRows } from "./pending.js";
import { channel, channelLabel, compareIds, emit, findMessage, messagesOf, on, openChannel, state } from "./state.js";
import { lastRead, loadRead, markRead, unreadIn } from "./unread.js";
import { welcome } from "./welcome.js";

/** Closer than this to the end counts as reading the newest. */
const NEAR_END_PX = 90;
const TYPING_MS = 9_000;
/** An edited message is read out when it has stood still for so long: an answer that streams in is told once. */
const SETTLED_MS = 1_500;
/** A scroll this soon after a hand moved is the reader's own. */
const BY_HAND_MS = 500;
const SCROLL_KEYS = new Set(["PageUp", "PageDown", "Home", "End", "ArrowUp", "ArrowDown"]);

/** @type {HTMLElement} */ let scroller;
/** @type {HTMLElement} */ let list;
/** @type {Map<string, HTMLElement>} */ const items = new Map();
let pinned = true;
let lastHand = -Infinity;
let typingTimer = 0;
/** Up to here the open channel had been read when it was opened. */
let readBefore = "";
/** Edits of one message, waiting for the last of them to be told. @type {Map<string, number>} */ const settling = new Map();

export function setUpMessages() {
  scroller = byId("scroller");
  list = byId("messages");
  scroller.addEventListener("scroll", onScroll, { passive: true });
  for (const name of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    scroller.addEventListener(name, (event) => scrolls(event) && (lastHand = performance.now()), { passive: true });
  }
  // Pictures that load and answers that stream in grow the list: stay at the end only for who is at the end.
  const stay = new ResizeObserver(() => pinned && toEnd());
  stay.observe(list);
  stay.observe(scroller);
  byId("to-end").addEventListener("click", toEnd);
  list.addEventListener("click", onClick);
  setUpMenu(list, messageOf);
  list.addEventListener("keydown", onKey);
  on("state", loadRead);
  for (const name of ["state", "channel"]) on(name, () => (readBefore = lastRead(state.channelId)));
  for (const name of ["state", "channel", "locale"]) on(name, renderAll);
  on("channel", (messageId) => setRoving(items.get(messageId), true));
  on("commands", showWelcome);
  document.addEventListener("visibilitychange", onReturn);
  on("message", onMessage);
  on("message-delete", ({ channelId, id }) => channelId === state.channelId && drop(id));
  on("pending", onPending);
  on("typing", onTyping);
}

/** A press of a button is no scroll, though the answer to it may move the view at once. @param {Event} event */
function scrolls(event) {
  if (event.type === "keydown") return SCROLL_KEYS.has(event.key);
  // Only the scroller's own bar; what lies inside it is the target itself.
  return event.type !== "pointerdown" || event.target === scroller;
}

/**
 * Only a hand on the wheel, the keys or the bar leaves the end. A message that is edited shrinks and grows in one breath,
 * and the browser moves the view for it; that says nothing about where the reader wants to be.
 */
function onScroll() {
  const nearEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX;
  if (nearEnd || performance.now() - lastHand < BY_HAND_MS) setPinned(nearEnd);
}

function setPinned(value) {
  pinned = value;
  if (!pinned) return;
  byId("to-end").hidden = true;
  seen();
}

/** The newest message counts as read while its end is in view of somebody. */
function seen() {
  if (pinned && !document.hidden) markRead();
}

/** Somebody comes back to the page: what came meanwhile stands under a line. */
function onReturn() {
  if (document.hidden || unreadIn(state.channelId) === 0) return;
  readBefore = lastRead(state.channelId);
  drawNewLine();
  seen();
}

/** A line over the first message that was not read when the channel was opened. */
function drawNewLine() {
  list.querySelector(".new-line")?.remove();
  const first = messagesOf(state.channelId).find((one) => one.author.id !== state.memberId && compareIds(one.id, readBefore) > 0);
  if (first) list.insertBefore(h("li", { class: "new-line" }, h("span", {}, t("new-line"))), items.get(first.id));
}

function toEnd() {
  scroller.scrollTop = scroller.scrollHeight;
  setPinned(true);
}

function renderAll() {
  items.clear();
  const messages = messagesOf(state.channelId);
  fill(list, messages.map((message, index) => makeItem(message, messages[index - 1])), pendingRows());
  list.setAttribute("aria-label", t("messages-label", { channel: channelLabel(channel()) }));
  setRoving([...items.values()].at(-1));
  byId("typing").hidden = true;
  drawNewLine();
  showWelcome();
  toEnd();
}

function makeItem(message, previous) {
  const item = h("li", { dataset: { id: message.id }, tabindex: "-1" });
  fillMessage(item, message, previous);
  items.set(message.id, item);
  return item;
}

function showWelcome() {
  const holder = byId("welcome");
  const empty = messagesOf(state.channelId).length === 0 && state.ready;
  holder.hidden = !empty;
  fill(holder, empty && welcome());
}

function refresh(channelId, id) {
  const messages = messagesOf(channelId);
  const index = messages.findIndex((one) => one.id === id);
  const item = items.get(id);
  if (item && index >= 0) fillMessage(item, messages[index], messages[index - 1]);
}

function onMessage({ message, isNew }) {
  if (message.channel_id !== state.channelId) {
    if (isNew && message.author?.id !== state.memberId && !channel(message.channel_id)) emit("stale");
    return;
  }
  if (items.has(message.id)) {
    refresh(message.channel_id, message.id);
    tellSettled(message);
    return;
  }
  const messages = messagesOf(state.channelId);
  const index = messages.indexOf(message);
  const item = makeItem(message, messages[index - 1]);
  const next = messages[index + 1] && items.get(messages[index + 1].id);
  list.insertBefore(item, next ?? list.querySelector(".pending"));
  if (next) refresh(state.channelId, messages[index + 1].id);
  if (!list.contains(document.activeElement)) setRoving(item);
  showWelcome();
  byId("typing").hidden = true;
  const own = message.author?.id === state.memberId;
  if (own) toEnd();
  else if (!pinned) byId("to-end").hidden = false;
  else seen();
  if (isNew && !own) announce(announcement(message));
}

function tellSettled(message) {
  clearTimeout(settling.get(message.id));
  const tell = () => {
    settling.delete(message.id);
    const now = findMessage(message.channel_id, message.id);
    if (now && now.channel_id === state.channelId) announce(announcement(now));
  };
  settling.set(message.id, setTimeout(tell, SETTLED_MS));
}

function drop(id) {
  const item = items.get(id);
  if (!item) return;
  const hadFocus = item.contains(document.activeElement);
  const neighbour = item.nextElementSibling ?? item.previousElementSibling;
  const nextId = item.nextElementSibling?.dataset.id;
  item.remove();
  items.delete(id);
  if (nextId) refresh(state.channelId, nextId);
  if (hadFocus && neighbour) setRoving(neighbour, true);
  showWelcome();
}

function onPending(pending) {
  if (pending.messageId) {
    refresh(pending.channelId, pending.messageId);
    return;
  }
  if (pending.channelId !== state.channelId) return;
  for (const row of list.querySelectorAll(".pending")) row.remove();
  list.append(...pendingRows());
}

function onTyping(channelId) {
  if (channelId !== state.channelId) return;
  const line = byId("typing");
  fill(line, waiting(t("typing", { name: state.bot.name })));
  line.hidden = false;
  clearTimeout(typingTimer);
  typingTimer = setTimeout(() => (line.hidden = true), TYPING_MS);
}

/** Exactly one message is a tab stop; arrows move it. */
function setRoving(item, focus = false) {
  if (!item) return;
  for (const other of list.querySelectorAll(':scope > [tabindex="0"]')) other.tabIndex = -1;
  item.tabIndex = 0;
  if (focus) item.focus();
}

const messageOf = (node) => findMessage(state.channelId, node.closest(".message")?.dataset.id);

function onClick(event) {
  const button = event.target.closest("button[data-action], button[data-jump], button[data-channel]");
  if (!button) return;
  const message = messageOf(button);
  const { action, jump, channel: target } = button.dataset;
  if (jump) setRoving(items.get(jump), true);
  else if (target) openChannel(target);
  else if (action === "reply") emit("reply", message);
  else if (action === "copy") copyText(messageText(message));
  else menuBelow(message, button);
}

function onKey(event) {
  const item = event.target;
  if (!item.matches(".message")) {
    // From a control inside, Esc goes back to the message that holds it.
    if (event.key === "Escape") setRoving(item.closest(".message"), true);
    return;
  }
  const all = [...list.querySelectorAll(":scope > .message")];
  const now = all.indexOf(item);
  const moves = { ArrowUp: now - 1, ArrowDown: now + 1, Home: 0, End: all.length - 1 };
  if (event.key in moves) setRoving(all[moves[event.key]], true);
  else if (event.key === "Enter") menuBelow(messageOf(item), item);
  else if (event.key.toLowerCase() === "r" && !event.ctrlKey && !event.metaKey) emit("reply", messageOf(item));
  else return;
  event.preventDefault();
}

/** Words for the reply bar. @param {object} message */
export const replyTitle = (message) => t("replying-to", { name: authorName(message) });
