/** A select menu with descriptions: a button that opens a list box in the top layer (also above a dialog). */

import { fill, h, uid } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";
import { placePopover } from "./popover.js";

/** @typedef {{value: string, label: string, description?: string, emoji?: string, default?: boolean}} SelectOption */

/**
 * @param {{options: SelectOption[], placeholder?: string, min?: number, max?: number, disabled?: boolean, label: string,
 *   id?: string, customId?: string, onChoose: (values: string[]) => void}} config with max 1 choosing closes; else "Done" or leaving does
 * @returns {HTMLElement & {values: () => string[]}}
 */
export function makeSelect(config) {
  const { options, min = 1, max = 1 } = config;
  const chosen = new Set(options.filter((one) => one.default).map((one) => one.value));
  const listId = uid("list");
  let active = 0;
  let before = "";
  const words = h("span", { class: "select-words" });
  const button = h(
    "button",
    { type: "button", id: config.id, class: "select", "aria-haspopup": "listbox", "aria-expanded": "false", disabled: config.disabled, dataset: { customId: config.customId ?? "" } },
    words,
    icon("chevron"),
  );
  const rows = options.map((option, index) => row(option, index));
  const done = max > 1 && h("button", { type: "button", class: "button primary small select-done", on: { click: () => popup.hidePopover() } }, t("select-done"));
  const listbox = h("div", { role: "listbox", id: listId, tabindex: "0", "aria-label": config.label, "aria-multiselectable": max > 1 ? "true" : undefined }, rows);
  const popup = h("div", { class: "popup select-popup", popover: "auto" }, max > 1 && h("p", { class: "hint" }, t("select-range", { min, max })), listbox, done);
  const root = h("div", { class: "select-root" }, button, popup);
  root.values = () => options.map((one) => one.value).filter((value) => chosen.has(value));

  function row(option, index) {
    return h(
      "div",
      { role: "option", id: `${listId}-${index}`, class: "option", on: { click: () => pick(index), mousemove: () => setActive(index) } },
      h("span", { class: "option-mark" }, icon("check")),
      option.emoji && h("span", { class: "emoji" }, option.emoji),
      h("span", { class: "option-words" }, h("span", {}, option.label), option.description && h("span", { class: "faint" }, option.description)),
    );
  }

  function show() {
    const labels = options.filter((one) => chosen.has(one.value)).map((one) => one.label);
    const text = labels.length > 2 ? t("select-count", { count: labels.length }) : labels.join(", ");
    fill(words, text || h("span", { class: "faint" }, config.placeholder || t("select-placeholder")));
    button.setAttribute("aria-label", `${config.label}: ${text || config.placeholder || t("select-placeholder")}`);
    rows.forEach((node, index) => node.setAttribute("aria-selected", String(chosen.has(options[index].value))));
    if (done) done.disabled = chosen.size < min;
  }

  function setActive(index) {
    if (!options.length) return;
    active = (index + options.length) % options.length;
    rows.forEach((node, at) => node.classList.toggle("active", at === active));
    listbox.setAttribute("aria-activedescendant", rows[active].id);
    rows[active].scrollIntoView({ block: "nearest" });
  }

  function pick(index) {
    const { value } = options[index];
    if (max > 1) {
      if (chosen.has(value)) chosen.delete(value);
      else if (chosen.size < max) chosen.add(value);
    } else if (min === 0 && chosen.has(value)) chosen.clear();
    else {
      chosen.clear();
      chosen.add(value);
    }
    show();
    if (max <= 1) popup.hidePopover();
  }

  /** At once, not when the browser tells of it: keys pressed in one breath belong to the list. */
  function open() {
    before = root.values().join("\n");
    popup.showPopover();
    placePopover(popup, button);
    setActive(Math.max(0, options.findIndex((one) => chosen.has(one.value))));
    listbox.focus();
  }

  button.addEventListener("click", () => (popup.matches(":popover-open") ? popup.hidePopover() : open()));
  button.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    open();
  });
  popup.addEventListener("toggle", (event) => {
    const isOpen = event.newState === "open";
    button.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen && root.values().join("\n") !== before && chosen.size >= min) config.onChoose(root.values());
  });
  listbox.addEventListener("keydown", (event) => {
    const moves = { ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: options.length - 1 };
    if (event.key in moves) setActive(moves[event.key]);
    else if (event.key === "Enter" || event.key === " ") pick(active);
    else if (event.key === "Tab") {
      // With several to choose the next stop is "Done"; with one there is nothing more.
      if (max <= 1) popup.hidePopover();
      return undefined;
    } else if (event.key.length === 1) {
      const next = options.findIndex((one, at) => at > active && one.label.toLowerCase().startsWith(event.key.toLowerCase()));
      if (next >= 0) setActive(next);
    } else return undefined;
    event.preventDefault();
    return event.stopPropagation();
  });
  show();
  return root;
}
