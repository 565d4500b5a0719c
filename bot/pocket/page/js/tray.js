/** Files that wait to be sent: each with a small picture, its size, and a way to take it off again. */

import { announce } from "./announce.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";
import { fileSize } from "./time.js";

/** Discord's limit for a file, which the pocket server keeps too. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;

/**
 * @param {{max: number, onEmpty: () => HTMLElement, onChange?: () => void}} config `onEmpty` names who gets the focus
 *   when the last file was taken off
 * @returns {{root: HTMLElement, files: () => File[], add: (more: File[]) => void, set: (files: File[]) => void}}
 */
export function makeTray({ max, onEmpty, onChange = () => {} }) {
  /** @type {File[]} */ let files = [];
  /** @type {string[]} */ let pictures = [];
  const root = h("ul", { class: "chips", hidden: true });

  function set(wanted) {
    files = wanted;
    for (const url of pictures) URL.revokeObjectURL(url);
    pictures = [];
    root.hidden = !files.length;
    fill(root, files.map(chip));
    onChange();
  }

  function add(more) {
    const fit = more.filter((file) => {
      if (file.size <= MAX_FILE_BYTES) return true;
      announce(t("file-too-large", { name: file.name, limit: fileSize(MAX_FILE_BYTES) }), true);
      return false;
    });
    if (!fit.length) return;
    // Where one file fits, a new one takes its place; where several do, they add up.
    const all = max === 1 ? fit.slice(-1) : [...files, ...fit];
    if (all.length > max) announce(t("too-many-files", { count: max }), true);
    set(all.slice(0, max));
    announce(t("files-added", { names: fit.map((file) => file.name).join(", ") }));
  }

  function preview(file) {
    if (!/^image\/(png|jpeg|webp|gif|avif)$/.test(file.type)) return icon("file");
    const url = URL.createObjectURL(file);
    pictures.push(url);
    return h("img", { class: "chip-picture", src: url, alt: "", width: 32, height: 32 });
  }

  function chip(file) {
    const remove = () => {
      const at = files.indexOf(file);
      set(files.filter((one) => one !== file));
      const buttons = root.querySelectorAll(".tool");
      (buttons[Math.min(at, buttons.length - 1)] ?? onEmpty()).focus();
    };
    return h(
      "li",
      { class: "chip" },
      preview(file),
      h("span", { class: "chip-name" }, file.name),
      h("span", { class: "faint" }, fileSize(file.size)),
      h("button", { type: "button", class: "tool", "aria-label": t("remove-file", { name: file.name }), title: t("remove-file", { name: file.name }), on: { click: remove } }, icon("close")),
    );
  }

  return { root, files: () => files, add, set };
}
