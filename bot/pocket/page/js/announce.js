/** The polite live region, and the small note that sighted people see for the same event. */

import { byId, h } from "./dom.js";

const NOTE_MS = 2_600;

/** @param {string} words @param {boolean} [visible] also show it for a moment */
export function announce(words, visible = false) {
  const region = byId("live-region");
  // One child a message: the same words twice in a row are still read twice.
  region.append(h("p", {}, words));
  while (region.childElementCount > 5) region.firstElementChild.remove();
  if (!visible) return;
  const note = h("div", { class: "note", "aria-hidden": "true" }, words);
  document.body.append(note);
  setTimeout(() => note.remove(), NOTE_MS);
}
