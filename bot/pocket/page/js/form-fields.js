/** The fields of a form, each type in one small builder: what it shows, what it gives, what is wrong with it. */

import { selectOptions } from "./components.js";
import { fill, h } from "./dom.js";
import { makeFileField } from "./file-field.js";
import { grow } from "./fields.js";
import { t } from "./i18n.js";
import { makeSelect } from "./select.js";

export const FIELD = { TEXT_INPUT: 4, FILE_UPLOAD: 19, RADIO: 21, CHECKBOXES: 22, CHECKBOX: 23 };
const PARAGRAPH = 2;

/**
 * @typedef {{node: Node, read: (firstFile: number) => object, error: () => string | null, files?: () => File[], focus: () => void,
 *   grouped?: boolean}} Part `read` gets the index that its first file has in the request; `grouped`: it labels itself
 */

/** @param {object} field @param {string} id @param {string} label @returns {Part} */
function textInput(field, id, label) {
  const needed = field.required !== false;
  const props = { id, value: field.value ?? "", placeholder: field.placeholder, maxlength: field.max_length, "aria-required": needed ? "true" : undefined };
  const long = field.style === PARAGRAPH;
  const input = long ? h("textarea", { ...props, rows: "4" }) : h("input", { ...props, type: "text", autocomplete: "off" });
  const counter = field.max_length && h("p", { class: "faint counter" });
  const count = () => {
    if (counter) fill(counter, t("modal-counter", { used: input.value.length, max: field.max_length }));
    if (long && input.scrollHeight > input.clientHeight) grow(input);
  };
  input.addEventListener("input", count);
  count();
  return {
    node: h("div", { class: "field-box" }, input, counter),
    read: () => ({ type: FIELD.TEXT_INPUT, custom_id: field.custom_id, value: input.value }),
    error: () => {
      if (needed && !input.value.trim()) return t("error-required", { name: label });
      if (input.value && input.value.length < (field.min_length ?? 0)) return t("error-min-length", { name: label, min: field.min_length });
      return null;
    },
    focus: () => input.focus(),
  };
}

/** What is wrong with a number of things chosen. */
function countError(field, count) {
  const least = field.required === false ? 0 : (field.min_values ?? 1);
  const most = field.max_values ?? Infinity;
  if (count < least) return t("modal-select-min", { min: least });
  return count > most ? t("modal-select-max", { max: most }) : null;
}

/** @param {object} field @param {string} id @param {string} label @returns {Part} */
function select(field, id, label) {
  const node = makeSelect({ id, options: selectOptions(field), placeholder: field.placeholder, min: field.required === false ? 0 : (field.min_values ?? 1), max: field.max_values ?? 1, label, onChoose: () => {} });
  return {
    node,
    read: () => ({ type: field.type, custom_id: field.custom_id, values: node.values() }),
    error: () => countError(field, node.values().length),
    focus: () => node.querySelector("button").focus(),
  };
}

/** @param {object} field @param {string} id @returns {Part} */
function upload(field, id) {
  const part = makeFileField({ id, max: field.max_values ?? 1 });
  return {
    node: part.root,
    read: (firstFile) => ({ type: field.type, custom_id: field.custom_id, values: part.files().map((_, index) => String(firstFile + index)) }),
    files: part.files,
    error: () => countError(field, part.files().length),
    focus: () => part.input.focus(),
  };
}

/** One box to tick, in the words of its label. @param {object} field @param {string} id @returns {Part} */
function checkbox(field, id) {
  const input = h("input", { type: "checkbox", id, checked: Boolean(field.default) });
  return { node: input, read: () => ({ type: field.type, custom_id: field.custom_id, value: input.checked }), error: () => null, focus: () => input.focus() };
}

/** Circles of which one is chosen, or boxes of which several are. @param {object} field @param {string} id @param {string} label @returns {Part} */
function choices(field, id, label) {
  const single = field.type === FIELD.RADIO;
  const inputs = field.options.map((one) => h("input", { type: single ? "radio" : "checkbox", name: id, value: one.value, checked: Boolean(one.default) }));
  const rows = field.options.map((one, index) =>
    h("label", { class: "choice" }, inputs[index], h("span", { class: "option-words" }, h("span", {}, one.label), one.description && h("span", { class: "faint" }, one.description))),
  );
  const chosen = () => inputs.filter((one) => one.checked).map((one) => one.value);
  return {
    node: h("div", { id, class: "choice-group", role: single ? "radiogroup" : "group", "aria-label": label }, rows),
    read: () => ({ type: field.type, custom_id: field.custom_id, ...(single ? { value: chosen()[0] ?? null } : { values: chosen() }) }),
    error: () => countError(field, chosen().length),
    focus: () => (inputs.find((one) => one.checked) ?? inputs[0]).focus(),
    grouped: true,
  };
}

const BUILD = { [FIELD.TEXT_INPUT]: textInput, [FIELD.FILE_UPLOAD]: upload, [FIELD.RADIO]: choices, [FIELD.CHECKBOXES]: choices, [FIELD.CHECKBOX]: checkbox };

/** @param {object} field @param {string} id @param {string} label @returns {Part} */
export const makePart = (field, id, label) => (BUILD[field.type] ?? select)(field, id, label);
