/** A field for files: chosen, dropped or pasted, with what was taken shown beneath. */

import { takesFiles } from "./drop.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";
import { makeTray } from "./tray.js";

/**
 * @param {{id: string, max?: number, onChange?: () => void}} config
 * @returns {{root: HTMLElement, input: HTMLInputElement, files: () => File[], add: (files: File[]) => void}}
 */
export function makeFileField({ id, max = 1, onChange }) {
  const input = h("input", { type: "file", id, class: "sr-only", multiple: max > 1 });
  const tray = makeTray({ max, onEmpty: () => input, onChange });
  input.addEventListener("change", () => {
    tray.add([...input.files]);
    // The tray holds them now; choosing the same file once more must count as a change.
    input.value = "";
  });
  const root = h(
    "div",
    { class: "file-field" },
    input,
    h("label", { for: id, class: "button secondary small" }, icon("clip"), t(max > 1 ? "choose-files" : "choose-file")),
    h("span", { class: "faint file-field-words" }, t(max > 1 ? "drop-hint-many" : "drop-hint", { count: max })),
    tray.root,
  );
  takesFiles(root, tray.add);
  return { root, input, files: tray.files, add: tray.add };
}
