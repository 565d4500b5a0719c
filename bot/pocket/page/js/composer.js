/** The message box: plain words, the palette that "/" opens, replies, files. */

import { explain, say } from "./actions.js";
import { announce } from "./announce.js";
import { commandForm } from "./command-form.js";
import { matching } from "./commands.js";
import { byId, fill, h } from "./dom.js";
import { grow } from "./fields.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";
import { replyTitle } from "./messages.js";
import { channel, channelLabel, on } from "./state.js";
import { fileSize } from "./time.js";

const MAX_FILES = 10;
const MAX_FILE_BYTES = 10 * 1024 * 1024;

/** @type {HTMLElement} */ let root;
/** @type {HTMLTextAreaElement} */ let box;
/** @type {HTMLElement} */ let palette;
/** @type {HTMLElement} */ let chips;
/** @type {HTMLElement} */ let replyBar;
/** @type {File[]} */ let files = [];
/** @type {object | null} */ let replyTo = null;
/** @type {import("./commands.js").Entry[]} */ let offered = [];
let active = 0;

export function setUpComposer() {
  root = byId("composer");
  showPlain("");
  on("channel", () => {
    replyTo = null;
    showPlain(box.value);
  });
  for (const name of ["locale", "state"]) on(name, () => box.isConnected && refreshWords());
  on("commands", () => showPalette());
  on("reply", (message) => {
    showPlain(box.value);
    replyTo = message;
    showReply();
    box.focus();
  });
  on("compose", ({ entry, value }) => openCommand(entry, value));
  document.addEventListener("keydown", focusOnSlash);
}

function showPlain(words) {
  box = h("textarea", {
    id: "message-box",
    rows: "1",
    autocomplete: "off",
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": "palette",
    "aria-autocomplete": "list",
    dataset: { testid: "composer" },
  });
  box.value = words;
  palette = h("div", { id: "palette", class: "palette", role: "listbox", "aria-label": t("palette-label"), hidden: true, dataset: { testid: "palette" } });
  chips = h("ul", { class: "chips" });
  replyBar = h("p", { class: "reply-bar", hidden: true });
  const picker = h("input", { type: "file", multiple: true, hidden: true });
  const attach = h("button", { type: "button", class: "round", "aria-label": t("attach"), title: t("attach"), on: { click: () => picker.click() } }, icon("clip"));
  const send = h("button", { type: "submit", class: "round primary", "aria-label": t("send"), title: t("send"), dataset: { testid: "send" } }, icon("send"));
  const form = h("form", { class: "plain" }, palette, replyBar, chips, h("div", { class: "line" }, attach, picker, box, send));
  picker.addEventListener("change", () => {
    addFiles([...picker.files]);
    picker.value = "";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sendPlain();
  });
  box.addEventListener("input", () => {
    grow(box);
    showPalette();
  });
  box.addEventListener("keydown", onKey);
  box.addEventListener("paste", (event) => event.clipboardData.files.length && addFiles([...event.clipboardData.files]));
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    addFiles([...event.dataTransfer.files]);
  });
  fill(root, form);
  showChips();
  showReply();
  refreshWords();
}

/** New words on the same box: what was typed, and the focus, stay. */
function refreshWords() {
  const name = channelLabel(channel());
  box.setAttribute("aria-label", t("composer-label", { channel: name }));
  box.placeholder = t(innerWidth < 640 ? "composer-hint-short" : "composer-hint", { channel: name });
  showPalette();
}

function openCommand(entry, value) {
  const form = commandForm(entry, value, () => {
    showPlain("");
    box.focus();
  });
  fill(root, form.root);
  form.focus();
}

/** "/" anywhere outside a field begins a command. */
function focusOnSlash(event) {
  const typing = event.target.closest?.("input, textarea, select, dialog, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  if (!box.isConnected) return;
  box.value = "/";
  box.focus();
  showPalette();
}

// --- the palette ---------------------------------------------------------------------------------

function showPalette() {
  const open = box.isConnected && box.value.startsWith("/") && !box.value.includes("\n");
  palette.hidden = !open;
  box.setAttribute("aria-expanded", String(open));
  if (!open) {
    box.removeAttribute("aria-activedescendant");
    return;
  }
  offered = matching(box.value.slice(1));
  const rows = offered.map((entry, index) =>
    h(
      "div",
      { role: "option", id: `command-${index}`, class: "option command", dataset: { command: entry.english }, on: { click: () => openCommand(entry, ""), mousemove: () => mark(index) } },
      h("code", {}, `/${entry.label}`),
      h("span", { class: "faint" }, entry.description),
    ),
  );
  fill(palette, rows.length ? rows : h("p", { class: "hint" }, t("palette-none")), h("p", { class: "keys faint", "aria-hidden": "true" }, t("palette-keys")));
  mark(0);
  announce(t("palette-count", { count: offered.length }));
}

function mark(index) {
  const rows = [...palette.querySelectorAll("[role=option]")];
  active = rows.length ? (index + rows.length) % rows.length : 0;
  rows.forEach((row, at) => {
    row.classList.toggle("active", at === active);
    row.setAttribute("aria-selected", String(at === active));
  });
  rows[active]?.scrollIntoView({ block: "nearest" });
  if (rows.length) box.setAttribute("aria-activedescendant", rows[active].id);
}

function onKey(event) {
  if (event.isComposing) return;
  if (!palette.hidden && offered.length) {
    const moves = { ArrowDown: active + 1, ArrowUp: active - 1 };
    if (event.key in moves) mark(moves[event.key]);
    else if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) openCommand(offered[active], "");
    else if (event.key === "Escape") palette.hidden = true;
    else return;
    event.preventDefault();
    return;
  }
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    sendPlain();
  } else if (event.key === "Escape" && replyTo) {
    replyTo = null;
    showReply();
  }
}

// --- plain messages ------------------------------------------------------------------------------

async function sendPlain() {
  const words = box.value.trim();
  if (!words && !files.length) return;
  const sent = { words: box.value, files, replyTo };
  box.value = "";
  files = [];
  replyTo = null;
  grow(box);
  showChips();
  showReply();
  showPalette();
  try {
    await say(words, sent.files, sent.replyTo?.id);
  } catch (error) {
    announce(explain(error), true);
    // Nothing a person typed is lost to a broken connection.
    box.value = sent.words;
    files = sent.files;
    replyTo = sent.replyTo;
    showChips();
    showReply();
  }
}

function addFiles(added) {
  for (const file of added) {
    if (file.size > MAX_FILE_BYTES) announce(t("file-too-large", { name: file.name, limit: fileSize(MAX_FILE_BYTES) }), true);
    else if (files.length >= MAX_FILES) announce(t("too-many-files", { count: MAX_FILES }), true);
    else files.push(file);
  }
  showChips();
}

function showChips() {
  chips.hidden = !files.length;
  fill(
    chips,
    files.map((file) => {
      const remove = () => {
        files = files.filter((one) => one !== file);
        showChips();
        box.focus();
      };
      return h("li", { class: "chip" }, icon("file"), file.name, h("button", { type: "button", class: "tool", "aria-label": t("remove-file", { name: file.name }), on: { click: remove } }, icon("close")));
    }),
  );
}

function showReply() {
  replyBar.hidden = !replyTo;
  if (!replyTo) return;
  const stop = () => {
    replyTo = null;
    showReply();
    box.focus();
  };
  fill(replyBar, icon("reply"), h("span", {}, replyTitle(replyTo)), h("button", { type: "button", class: "tool", "aria-label": t("cancel-reply"), on: { click: stop } }, icon("close")));
}
