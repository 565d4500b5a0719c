/** The page's own words. What the bot says comes from the bot, already in the member's language. */

import enUS from "./i18n/en-US.js";
import zhCN from "./i18n/zh-CN.js";

const TABLES = { "en-US": enUS, "zh-CN": zhCN };

/** Languages in the order the switch shows them, each under its own name. */
export const LOCALES = [
  ["en-US", "English"],
  ["zh-CN", "简体中文"],
];

let current = "en-US";

/** @returns {string} the chosen locale, as Discord names it */
export const locale = () => current;

/** @param {string | null} wanted */
export function setLocale(wanted) {
  current = wanted && wanted in TABLES ? wanted : "en-US";
  document.documentElement.lang = current;
}

/** The language to start with when nothing was chosen yet. @returns {string} */
export const browserLocale = () => (navigator.languages.some((name) => name.toLowerCase().startsWith("zh")) ? "zh-CN" : "en-US");

/**
 * One sentence in the chosen language.
 * @param {keyof typeof enUS} key
 * @param {Record<string, string | number>} [args] fill `{name}` in the sentence
 * @returns {string}
 */
export function t(key, args = {}) {
  const text = TABLES[current][key];
  if (text === undefined) throw new Error(`no words for ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => String(args[name]));
}

/** Words that only some channels, say, have. @param {string} key @returns {string | undefined} */
export const wordsFor = (key) => TABLES[current][key];

/**
 * Discord's localisation of a command, an option or a choice.
 * @param {{name?: string, description?: string, name_localizations?: Record<string, string> | null, description_localizations?: Record<string, string> | null}} thing
 * @param {"name" | "description"} [field]
 * @returns {string}
 */
export const localised = (thing, field = "name") =>
  thing[`${field}_localizations`]?.[current] ?? thing[`${field}_localized`] ?? thing[field] ?? "";

/** Fill the fixed words of index.html. */
export function translateDocument() {
  for (const node of document.querySelectorAll("[data-i18n]")) node.textContent = t(node.dataset.i18n);
  for (const node of document.querySelectorAll("[data-i18n-label]")) {
    node.setAttribute("aria-label", t(node.dataset.i18nLabel));
    // A control with nothing but an icon tells sighted people its name too.
    if (node.matches("button")) node.title = t(node.dataset.i18nLabel);
  }
}
