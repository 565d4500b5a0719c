/** The message box: plain words, replies, files, what "/" and "@" offer; a chosen command takes its place. */

import { explain, say } from "./actions.js";
import { announce } from "./announce.js";
import { commandForm } from "./command-form.js";
import { entries } from "./commands.js";
import { byId, fill, h } from "./dom.js";
import { setUpDrop, takesFiles } from "./drop.js";
import { grow } from "./fields.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";
import { encodeMentions, mentionAt, mentionRows, takeMention } from "./mentions.js";
import { replyTitle } from "./messages.js";
import { commandFoot, commandRows, writtenCommand, writtenValues } from "./palette.js";
import { channel, channelLabel, on, state } from "./state.js";
import { makeSuggest } from "./suggest.js";
import { makeTray } from "./tray.js";

const MAX_FILES = 10;

/** @type {HTMLTextAreaElement} */ let box;
/** @type {HTMLFormElement} */ let plain;
/** @type {HTMLElement} */ let replyBar;
/** @type {ReturnType<typeof makeTray>} */ let tray;
/** @type {ReturnType<typeof makeSuggest>} */ let suggest;
/** @type {ReturnType<typeof commandForm> | null} */ let command = null;
/** @type {object | null} */ let replyTo = null;
/** What stands unsent in other channels. @type {Map<string, {words: string, files: File[]}>} */
const unsent = new Map();
let boxChannel = "";

export function setUpComposer() {
  box = h("textarea", {
    id: "message-box",
    rows: "1",
    autocomplete: "off",
    role: "combobox",
    "aria-expanded": "false",
    "aria-autocomplete": "list",
    dataset: { testid: "composer" },
  });
  suggest = makeSuggest(box, { id: "palette", testid: "palette", onTake: take });
  tray = makeTray({ max: MAX_FILES, onEmpty: () => box });
  replyBar = h("p", { class: "reply-bar", hidden: true });
  fill(byId("composer"), h("p", { class: "drop-veil", "aria-hidden": "true", "data-i18n": "drop-here" }, t("drop-here")), build());
  takesFiles(byId("composer"), takeFiles);
  setUpDrop(takeFiles);
  box.addEventListener("input", onInput);
  box.addEventListener("keydown", onKey);
  box.addEventListener("blur", () => setTimeout(() => document.activeElement !== box && suggest.hide(), 0));
  on("channel", changeChannel);
  for (const name of ["locale", "state"]) on(name, refreshWords);
  on("commands", () => !suggest.root.hidden && offer());
  on("reply", startReply);
  on("compose", ({ entry, value }) => openCommand(entry, writtenValues(entry, value)));
  document.addEventListener("keydown", focusOnSlash);
  refreshWords();
}

function build() {
  const picker = h("input", { type: "file", multiple: true, hidden: true });
  const attach = h("button", { type: "button", class: "round", "data-i18n-label": "attach", "aria-label": t("attach"), on: { click: () => picker.click() } }, icon("clip"));
  const send = h("button", { type: "submit", class: "round primary", "data-i18n-label": "send", "aria-label": t("send"), dataset: { testid: "send" } }, icon("send"));
  plain = h("form", { class: "plain" }, suggest.root, replyBar, tray.root, h("div", { class: "line" }, attach, picker, box, send));
  picker.addEventListener("change", () => {
    tray.add([...picker.files]);
    picker.value = "";
    box.focus();
  });
  plain.addEventListener("submit", (event) => {
    event.preventDefault();
    sendPlain();
  });
  return plain;
}

function takeFiles(files) {
  if (command?.takeFiles(files)) return;
  if (command) command.leave();
  tray.add(files);
  box.focus();
}

/** New words on the same box: what was typed, and the focus, stay. */
function refreshWords() {
  boxChannel ||= state.channelId;
  const name = channelLabel(channel());
  box.setAttribute("aria-label", t("composer-label", { channel: name }));
  box.placeholder = t(innerWidth < 640 ? "composer-hint-short" : "composer-hint", { channel: name });
  if (!suggest.root.hidden) offer();
}

/** Each channel keeps what was begun in it. */
function changeChannel() {
  unsent.set(boxChannel, { words: box.value, files: tray.files() });
  boxChannel = state.channelId;
  command?.leave();
  endReply();
  const kept = unsent.get(boxChannel);
  setWords(kept?.words ?? "");
  tray.set(kept?.files ?? []);
  suggest.hide();
  refreshWords();
}

function setWords(words) {
  box.value = words;
  grow(box);
}

// --- commands ------------------------------------------------------------------------------------

/** @param {import("./commands.js").Entry} entry @param {Map<string, string>} values */
function openCommand(entry, values) {
  command?.leave();
  suggest.hide();
  const files = tray.files();
  setWords("");
  const back = (words) => {
    form.root.remove();
    plain.hidden = false;
    command = null;
    setWords(words);
    box.focus();
    if (words) offer();
  };
  const form = commandForm(entry, values, back);
  command = { ...form, leave: () => back("") };
  plain.hidden = true;
  byId("composer").append(form.root);
  // Files that were there first are meant for the command.
  if (files.length && form.takeFiles(files)) tray.set([]);
  form.focus();
}

/** "/" anywhere outside a field begins a command. @param {KeyboardEvent} event */
function focusOnSlash(event) {
  const typing = event.target.closest?.("input, textarea, select, dialog, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey || plain.hidden) return;
  event.preventDefault();
  setWords("/");
  box.focus();
  offer();
}

function take(value) {
  if (typeof value !== "string") {
    openCommand(value, new Map());
    return;
  }
  takeMention(box, value);
  offer();
}

function onInput(event) {
  grow(box);
  const written = event.isComposing ? null : writtenCommand(box.value);
  if (written) openCommand(written.entry, written.values);
  else offer();
}

/** Show what fits to the words at the caret. */
function offer() {
  const slash = box.value.startsWith("/") && !box.value.includes("\n");
  const mention = slash ? null : mentionAt(box);
  const rows = slash ? commandRows(box.value) : mention ? mentionRows(mention.typed) : [];
  if (!slash && !rows.length) {
    suggest.hide();
    return;
  }
  suggest.show(t(slash ? "palette-label" : "mention-label"), rows, slash ? commandFoot(rows.length) : t("palette-keys"));
  announce(t(slash ? "palette-count" : "mention-count", { count: rows.length }));
}

function onKey(event) {
  if (event.isComposing || suggest.onKey(event)) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    sendPlain();
  } else if (event.key === "Escape" && replyTo) endReply();
}

// --- plain messages ------------------------------------------------------------------------------

async function sendPlain() {
  const words = box.value.trim();
  if (!words && !tray.files().length) return;
  if (words.startsWith("/") && !entries().length) {
    // A command typed before the bot is there would only be read out to everyone.
    announce(t("palette-empty"), true);
    return;
  }
  const sent = { words: box.value, files: tray.files(), replyTo };
  setWords("");
  tray.set([]);
  endReply();
  suggest.hide();
  try {
    await say(encodeMentions(words), sent.files, sent.replyTo?.id);
  } catch (error) {
    announce(explain(error), true);
    // Nothing a person typed is lost to a broken connection.
    setWords(sent.words);
    tray.set(sent.files);
    if (sent.replyTo) startReply(sent.replyTo);
  }
}

function startReply(message) {
  command?.leave();
  replyTo = message;
  const stop = () => {
    endReply();
    box.focus();
  };
  replyBar.hidden = false;
  fill(replyBar, icon("reply"), h("span", {}, replyTitle(message)), h("button", { type: "button", class: "tool", "aria-label": t("cancel-reply"), title: t("cancel-reply"), on: { click: stop } }, icon("close")));
  box.focus();
}

function endReply() {
  replyTo = null;
  replyBar.hidden = true;
  replyBar.replaceChildren();
}
