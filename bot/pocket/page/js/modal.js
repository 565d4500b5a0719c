/** Forms that the bot opens; the words in them stay until the bot took them. */

import { submitForm } from "./actions.js";
import { showDialog } from "./dialog.js";
import { fill, h, uid } from "./dom.js";
import { FIELD, makePart } from "./form-fields.js";
import { t } from "./i18n.js";
import { renderMarkdown } from "./markdown.js";
import { failureWords } from "./message.js";

const ROW = 1;
const TEXT = 10;
const LABEL = 18;

/** @typedef {{root: HTMLElement, part: import("./form-fields.js").Part | null, wrap?: (value: object) => object}} Built */

/** An empty box is an answer too; every other field is needed unless it says otherwise. */
const isNeeded = (field) => field.required !== false && field.type !== FIELD.CHECKBOX;

/** A labelled field. @returns {Built} */
function labelled(label, description, field, wrap) {
  const id = uid("form");
  const part = makePart(field, id, label);
  const problem = h("p", { class: "field-error", role: "alert", id: `${id}-error` });
  const words = [label, isNeeded(field) && h("span", { class: "required" }, ` ${t("modal-required")}`)];
  const root = h(
    "div",
    { class: "field" },
    part.grouped ? h("p", { class: "field-label", "aria-hidden": "true" }, words) : h("label", { for: id, class: "field-label" }, words),
    description && h("p", { class: "faint", id: `${id}-hint` }, description),
    part.node,
    problem,
  );
  root.querySelector(`#${id}`)?.setAttribute("aria-describedby", [description && `${id}-hint`, `${id}-error`].filter(Boolean).join(" "));
  const checked = () => {
    const wrong = part.error();
    fill(problem, wrong);
    root.querySelector(`#${id}`)?.setAttribute("aria-invalid", String(Boolean(wrong)));
    return wrong;
  };
  return { root, part: { ...part, error: checked }, wrap };
}

/** @param {object} component @returns {Built} */
function build(component) {
  if (component.type === TEXT) return { root: h("div", { class: "prose" }, renderMarkdown(component.content)), part: null };
  if (component.type === LABEL) return labelled(component.label, component.description, component.component, (value) => ({ type: LABEL, component: value }));
  const field = component.components[0];
  return labelled(field.label, "", field, (value) => ({ type: ROW, components: [value] }));
}

/** What the fields hold, and their files in one row. @param {Built[]} fields */
function read(fields) {
  const files = [];
  const components = fields.map(({ part, wrap }) => {
    const value = part.read(files.length);
    files.push(...(part.files?.() ?? []));
    return wrap(value);
  });
  return { components, files };
}

/** @param {{interaction_id: string, custom_id: string, title: string, components: object[]}} form */
export function openModal(form) {
  const built = form.components.map(build);
  const fields = built.filter((one) => one.part);
  const failure = h("p", { class: "failure", role: "alert" });
  const submit = h("button", { type: "submit", class: "button primary", dataset: { testid: "modal-submit" } }, t("modal-submit"));
  const titleId = uid("title");
  const body = h(
    "form",
    { novalidate: true },
    h("h2", { id: titleId }, form.title),
    built.map((one) => one.root),
    failure,
    h("div", { class: "row end" }, h("button", { type: "button", class: "button secondary", on: { click: () => dialog.close() } }, t("modal-cancel")), submit),
  );
  const dialog = h("dialog", { class: "modal", "aria-labelledby": titleId, dataset: { testid: "modal" } }, body);
  let changed = false;
  body.addEventListener("input", () => (changed = true));
  // One press of Esc must not throw away what somebody wrote.
  dialog.addEventListener("cancel", (event) => {
    if (!changed) return;
    event.preventDefault();
    changed = false;
    fill(failure, t("modal-leave-again"));
  });
  body.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });

  async function send() {
    const wrong = fields.filter((one) => one.part.error());
    if (wrong.length) {
      wrong[0].part.focus();
      return;
    }
    submit.disabled = true;
    submit.setAttribute("aria-busy", "true");
    fill(failure);
    const { components, files } = read(fields);
    const outcome = await submitForm(form.interaction_id, { custom_id: form.custom_id, components }, files);
    submit.disabled = false;
    submit.removeAttribute("aria-busy");
    if (outcome.ok) dialog.close();
    else fill(failure, `${failureWords(outcome.error)} ${t("modal-kept")}`);
  }

  showDialog(dialog);
  (fields[0]?.part ?? submit).focus();
}
