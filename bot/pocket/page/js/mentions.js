/** "@" in the message box: who can be named, and how the names travel. */

import { h } from "./dom.js";
import { t } from "./i18n.js";
import { state } from "./state.js";

/** Everyone who can be mentioned, the bot first: naming it is how one talks to it. */
const everyone = () => [{ id: state.bot.id, name: state.bot.name, words: t("mention-bot") }, ...state.members.map((one) => ({ id: one.id, name: one.name, words: t(`role-${one.role}`) }))];

/** The mention that is being typed at the caret. @param {HTMLTextAreaElement} box @returns {{from: number, typed: string} | null} */
export function mentionAt(box) {
  const before = box.value.slice(0, box.selectionStart);
  const found = before.match(/(?:^|[\s(，。、])@([\p{L}\p{N}_-]*)$/u);
  return found ? { from: before.length - found[1].length - 1, typed: found[1].toLowerCase() } : null;
}

/** @param {string} typed @returns {import("./suggest.js").Suggestion[]} */
export function mentionRows(typed) {
  const fitting = everyone().filter((one) => one.name.toLowerCase().startsWith(typed));
  return fitting.map((one) => ({ value: one.name, dataset: { mention: one.id }, inside: [h("strong", {}, `@${one.name}`), h("span", { class: "faint" }, one.words)] }));
}

/** Put a name in the place of what was typed. @param {HTMLTextAreaElement} box @param {string} name */
export function takeMention(box, name) {
  const found = mentionAt(box);
  if (!found) return;
  box.setRangeText(`@${name} `, found.from, box.selectionStart, "end");
}

const escaped = (name) => name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** Names as Discord sends them: "@Colophon" becomes the bot's id. @param {string} words */
export function encodeMentions(words) {
  const named = (one) => new RegExp(`(^|[^\\p{L}\\p{N}_<])@${escaped(one.name)}(?![\\p{L}\\p{N}_])`, "giu");
  return everyone().reduce((text, one) => text.replace(named(one), `$1<@${one.id}>`), words);
}
