/** What "/" offers: every command that can be run here, and commands written out in full. */

import { entries, matching } from "./commands.js";
import { h } from "./dom.js";
import { localised, t } from "./i18n.js";

const optionTag = (option) => h("span", { class: option.required ? "option-tag needed" : "option-tag" }, localised(option));

/** @param {import("./commands.js").Entry} entry @returns {import("./suggest.js").Suggestion} */
function row(entry) {
  const [family, ...rest] = entry.label.split(" ");
  return {
    value: entry,
    group: rest.length ? `/${family}` : "",
    dataset: { command: entry.english },
    inside: [
      h("code", {}, `/${entry.label}`),
      h("span", { class: "command-words faint" }, entry.description),
      h("span", { class: "option-tags", "aria-hidden": "true" }, entry.options.slice(0, 6).map(optionTag)),
    ],
  };
}

/** @param {string} typed with its slash @returns {import("./suggest.js").Suggestion[]} */
export const commandRows = (typed) => matching(typed.slice(1)).map(row);

/** The line under the commands. @param {number} count */
export function commandFoot(count) {
  if (count) return t("palette-keys");
  return entries().length ? t("palette-none") : t("palette-empty");
}

/**
 * A command that was written or pasted in full: "/draft a red apple", "/draft brief: a red apple count: 2".
 * @param {string} text
 * @returns {{entry: import("./commands.js").Entry, values: Map<string, string>} | null}
 */
export function writtenCommand(text) {
  if (!text.startsWith("/")) return null;
  const words = text.slice(1);
  for (const entry of entries()) {
    const path = [entry.label, entry.english].find((name) => words.toLowerCase().startsWith(`${name.toLowerCase()} `));
    if (path) return { entry, values: writtenValues(entry, words.slice(path.length + 1)) };
  }
  return null;
}

/** @param {import("./commands.js").Entry} entry @param {string} words @returns {Map<string, string>} by the option's name */
export function writtenValues(entry, words) {
  const names = new Map(entry.options.flatMap((one) => [[one.name, one.name], [localised(one), one.name]]));
  const marks = [...words.matchAll(/(?:^|\s)([^\s:：]{1,32})[:：]\s*/g)].filter((found) => names.has(found[1]));
  const until = (index) => marks[index]?.index ?? words.length;
  const values = new Map(marks.map((found, index) => [names.get(found[1]), words.slice(found.index + found[0].length, until(index + 1)).trim()]));
  const before = words.slice(0, until(0)).trim();
  if (before && entry.options.length) values.set(entry.options[0].name, before);
  return values;
}
