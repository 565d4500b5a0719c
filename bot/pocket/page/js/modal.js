/** Forms that the bot opens: each field type in one small builder; words stay until the bot took them. */

import { submitForm } from "./actions.js";
import { selectOptions } from "./components.js";
import { fill, h, uid } from "./dom.js";
import { t } from "./i18n.js";
import { renderMarkdown } from "./markdown.js";
import { failureWords } from "./message.js";
import { makeSelect } from "./select.js";

const ROW = 1;
const TEXT_INPUT = 4;
const TEXT = 10;
const LABEL = 18;
const FILE_UPLOAD = 19;
const RADIO = 21;
const CHECKBOXES = 22;
const CHECKBOX = 23;
const PARAGRAPH = 2;

/** @typedef {{node: Node, read: () => object, error: () => string | null, files?: () => File[], focus: () => void}} Part */

/** @param {object} field @param {string} id @param {string} label @returns {Part} */
function textInput(field, id, label) {
  const props = { id, value: field.value ?? "", placeholder: field.placeholder, maxlength: field.max_length, "aria-required": field.required === false ? undefined : "true" };
  const input = field.style === PARAGRAPH ? h("textarea", { ...props, rows: "4" }) : h("input", { ...props, type: "text" });
  const counter = field.max_length && h("p", { class: "faint counter" });
  const count = () => counter && fill(counter, t("modal-counter", { used: input.value.length, max: field.max_length }));
  input.addEventListener("input", count);
  count();
  return {
    node: h("div", {}, input, counter),
    read: () => ({ type: TEXT_INPUT, custom_id: field.custom_id, value: input.value }),
    error: () => {
      if (field.required !== false && !input.value.trim()) return t("error-required", { name: label });
      if (input.value && input.value.length < (field.min_length ?? 0)) return t("error-min-length", { name: label, min: field.min_length });
      return null;
    },
    focus: () => input.focus(),
  };
}

/** @param {object} field @param {string} id @param {string} label @returns {Part} */
function select(field, id, label) {
  const node = makeSelect({ options: selectOptions(field), placeholder: field.placeholder, min: field.min_values ?? 1, max: field.max_values ?? 1, label, onChoose: () => {} });
  return {
    node,
    read: () => ({ type: field.type, custom_id: field.custom_id, values: node.values() }),
    error: () => (field.required !== false && node.values().length < (field.min_values ?? 1) ? t("modal-select-min", { min: field.min_values ?? 1 }) : null),
    focus: () => node.querySelector("button").focus(),
  };
}

/** @param {object} field @param {string} id @returns {Part} */
function upload(field, id) {
  const most = field.max_values ?? 1;
  const input = h("input", { type: "file", id, multiple: most > 1 });
  const least = field.required === false ? 0 : (field.min_values ?? 1);
  return {
    node: input,
    read: () => ({ type: FILE_UPLOAD, custom_id: field.custom_id, values: [...input.files].map((_, index) => String(index)) }),
    files: () => [...input.files],
    error: () => (input.files.length < least ? t("modal-select-min", { min: least }) : input.files.length > most ? t("modal-select-max", { max: most }) : null),
    focus: () => input.focus(),
  };
}

/** @param {object} field @param {string} id @param {string} label @returns {Part} */
function choices(field, id, label) {
  const single = field.type === RADIO;
  const options = field.type === CHECKBOX ? [{ value: "true", label, default: field.default }] : field.options;
  const inputs = options.map((one) => h("input", { type: single ? "radio" : "checkbox", name: id, value: one.value, checked: Boolean(one.default) }));
  const chosen = () => inputs.filter((one) => one.checked).map((one) => one.value);
  const least = field.required === false || field.type === CHECKBOX ? 0 : (field.min_values ?? 1);
  const value = () => (field.type === CHECKBOX ? { value: chosen().length > 0 } : single ? { value: chosen()[0] ?? null } : { values: chosen() });
  return {
    node: h("div", { class: "choice-group", role: single ? "radiogroup" : "group", "aria-label": label }, options.map((one, index) => h("label", {}, inputs[index], " ", one.label, one.description && h("span", { class: "faint" }, ` ${one.description}`)))),
    read: () => ({ type: field.type, custom_id: field.custom_id, ...value() }),
    error: () => (chosen().length < least ? t("modal-select-min", { min: least }) : null),
    focus: () => inputs[0].focus(),
  };
}

const BUILD = { [TEXT_INPUT]: textInput, [FILE_UPLOAD]: upload, [RADIO]: choices, [CHECKBOXES]: choices, [CHECKBOX]: choices };

/** A labelled field. @returns {{root: HTMLElement, part: Part, wrap: (value: object) => object}} */
function labelled(label, description, field, wrap) {
  const id = uid("form");
  const part = (BUILD[field.type] ?? select)(field, id, label);
  const problem = h("p", { class: "field-error", role: "alert" });
  const root = h("div", { class: "field" }, h("label", { for: id }, label, field.required !== false && h("span", { class: "required" }, ` ${t("modal-required")}`)), description && h("p", { class: "faint" }, description), part.node, problem);
  const checked = () => {
    const words = part.error();
    fill(problem, words);
    return words;
  };
  return { root, part: { ...part, error: checked }, wrap };
}

function build(component) {
  if (component.type === TEXT) return { root: h("div", { class: "prose" }, renderMarkdown(component.content)), part: null };
  if (component.type === LABEL) return labelled(component.label, component.description, component.component, (value) => ({ type: LABEL, component: value }));
  const field = component.components[0];
  return labelled(field.label, "", field, (value) => ({ type: ROW, components: [value] }));
}

/** @param {{interaction_id: string, custom_id: string, title: string, components: object[]}} form */
export function openModal(form) {
  const built = form.components.map(build);
  const fields = built.filter((one) => one.part);
  const failure = h("p", { class: "failure", role: "alert" });
  const submit = h("button", { type: "submit", class: "button primary", dataset: { testid: "modal-submit" } }, t("modal-submit"));
  const body = h(
    "form",
    { novalidate: true },
    h("h2", {}, form.title),
    built.map((one) => one.root),
    failure,
    h("div", { class: "row end" }, h("button", { type: "button", class: "button secondary", on: { click: () => dialog.close() } }, t("modal-cancel")), submit),
  );
  const dialog = h("dialog", { class: "modal", "aria-label": form.title, dataset: { testid: "modal" } }, body);
  body.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = fields.filter((one) => one.part.error());
    if (wrong.length) {
      wrong[0].part.focus();
      return;
    }
    submit.disabled = true;
    fill(failure);
    const files = fields.flatMap((one) => one.part.files?.() ?? []);
    const data = { custom_id: form.custom_id, components: fields.map((one) => one.wrap(one.part.read())) };
    const outcome = await submitForm(form.interaction_id, data, files);
    submit.disabled = false;
    if (outcome.ok) dialog.close();
    else fill(failure, `${failureWords(outcome.error)} ${t("modal-kept")}`);
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  fields[0]?.part.focus();
}
