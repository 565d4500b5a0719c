/** Suggestions over the message box: the box keeps the focus, the arrows move the mark, Enter or Tab takes. */

import { fill, h } from "./dom.js";

/**
 * @typedef {{value: unknown, inside: import("./dom.js").Child, dataset?: Record<string, string>, group?: string}} Suggestion
 */

/**
 * @param {HTMLTextAreaElement} box
 * @param {{id: string, testid: string, onTake: (value: unknown) => void}} config
 */
export function makeSuggest(box, { id, testid, onTake }) {
  const list = h("div", { id, class: "palette-list", role: "listbox" });
  const foot = h("p", { class: "keys faint" });
  const root = h("div", { class: "palette", hidden: true, dataset: { testid } }, list, foot);
  /** @type {Suggestion[]} */ let offered = [];
  let active = 0;
  box.setAttribute("aria-controls", id);

  function mark(index) {
    const rows = list.querySelectorAll("[role=option]");
    active = rows.length ? (index + rows.length) % rows.length : 0;
    rows.forEach((row, at) => {
      row.classList.toggle("active", at === active);
      row.setAttribute("aria-selected", String(at === active));
    });
    const row = rows[active];
    // The heading of the first group comes into view with its first row.
    (active === 0 ? list.firstElementChild : row)?.scrollIntoView({ block: "nearest" });
    if (row) box.setAttribute("aria-activedescendant", row.id);
    else box.removeAttribute("aria-activedescendant");
  }

  function option(one, index) {
    const hover = () => active !== index && mark(index);
    // The press must not take the focus from the box.
    const on = { pointerdown: (event) => event.preventDefault(), click: () => onTake(one.value), mousemove: hover };
    return h("div", { role: "option", id: `${id}-${index}`, class: "option", dataset: one.dataset, on }, one.inside);
  }

  /** @param {Map<string, Suggestion[]>} groups */
  function rows(groups) {
    let index = 0;
    return [...groups].map(([name, members]) => {
      const inside = members.map((one) => option(one, index++));
      return name ? h("div", { role: "group", "aria-label": name }, h("p", { class: "palette-group", "aria-hidden": "true" }, name), inside) : inside;
    });
  }

  /** @param {string} label @param {Suggestion[]} suggestions @param {import("./dom.js").Child} words below */
  function show(label, suggestions, words) {
    const groups = new Map();
    for (const one of suggestions) groups.set(one.group ?? "", [...(groups.get(one.group ?? "") ?? []), one]);
    offered = [...groups.values()].flat();
    list.setAttribute("aria-label", label);
    fill(list, rows(groups));
    list.hidden = !offered.length;
    fill(foot, words);
    root.hidden = false;
    box.setAttribute("aria-expanded", "true");
    mark(0);
  }

  function hide() {
    root.hidden = true;
    offered = [];
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether the key was for the list */
  function onKey(event) {
    if (root.hidden) return false;
    const moves = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: Math.min(active + 6, offered.length - 1), PageUp: Math.max(active - 6, 0) };
    if (event.key === "Escape") hide();
    else if (!offered.length) return false;
    else if (event.key in moves) mark(moves[event.key]);
    else if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) onTake(offered[active].value);
    else return false;
    event.preventDefault();
    return true;
  }

  return { root, show, hide, onKey };
}
