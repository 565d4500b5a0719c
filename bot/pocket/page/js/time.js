/** Dates and times in the chosen language. */

import { locale, t } from "./i18n.js";

const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
};

/** @param {Date} date @param {keyof typeof STYLES} style Discord's letter @returns {string} */
export const formatDate = (date, style) => new Intl.DateTimeFormat(locale(), STYLES[style] ?? STYLES.f).format(date);

const STEPS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** @param {Date} date @param {number} [now] milliseconds @returns {string} such as "in 3 minutes" */
export function relative(date, now = Date.now()) {
  const seconds = Math.round((date.getTime() - now) / 1000);
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? STEPS.at(-1);
  return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(Math.round(seconds / size), unit);
}

/** @param {Date} date @returns {string} heading of a day's messages */
export function dayName(date) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  const day = new Date(date).setHours(0, 0, 0, 0);
  if (day === midnight) return t("today");
  // Not 24 hours: a day in which the clock changes is longer or shorter.
  if (Math.round((midnight - day) / 86_400_000) === 1) return t("yesterday");
  return formatDate(date, "D");
}

/** Keep every relative time on the page true. */
export function startRelativeTimes() {
  setInterval(() => {
    for (const node of document.querySelectorAll("time[data-relative]")) node.textContent = relative(new Date(node.dateTime));
  }, 10_000);
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

/** @param {number} bytes @returns {string} */
export function fileSize(bytes) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const options = { style: "unit", unit: UNITS[power], unitDisplay: "short", maximumFractionDigits: power ? 1 : 0 };
  return new Intl.NumberFormat(locale(), options).format(bytes / 1024 ** power);
}
