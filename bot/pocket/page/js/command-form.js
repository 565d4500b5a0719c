/** A chosen command with its options, in the place of the message box. */

import { runCommand } from "./actions.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { localised, t } from "./i18n.js";
import { makeField } from "./fields.js";

/**
 * @param {import("./commands.js").Entry} entry
 * @param {string} value goes into the first text option
 * @param {() => void} onLeave run or given up
 * @returns {{root: HTMLElement, focus: () => void}}
 */
export function commandForm(entry, value, onLeave) {
  /** @type {Map<string, import("./fields.js").Field>} */ const fields = new Map();
  const holder = h("div", { class: "fields" });
  const more = h("div", { class: "row option-adders" });
  const root = h(
    "form",
    { class: "command-form", "aria-label": t("command-form", { command: `/${entry.label}` }), novalidate: true },
    h(
      "div",
      { class: "command-head" },
      h("code", {}, `/${entry.label}`),
      h("span", { class: "faint" }, entry.description),
      h("button", { type: "button", class: "tool", "aria-label": t("command-leave"), title: t("command-leave"), on: { click: onLeave } }, icon("close")),
    ),
    holder,
    h("div", { class: "command-foot" }, more, h("span", { class: "faint keys" }, t("command-keys")), h("button", { type: "submit", class: "button primary", dataset: { testid: "send" } }, t("command-run"))),
  );

  const context = (option) => ({
    lookupData: (asked, typed) => entry.data([...filled(asked.name), { type: asked.type, name: asked.name, value: typed, focused: true }]),
    onRemove: option.required ? null : () => remove(option),
  });

  /** The options given so far, but one. */
  const filled = (except) =>
    [...fields.values()].filter((one) => one.name !== except && one.value() !== undefined && !one.file()).map((one) => ({ type: one.type, name: one.name, value: one.value() }));

  function add(option, focus) {
    const field = makeField(option, context(option));
    fields.set(option.name, field);
    holder.append(field.root);
    showAdders();
    if (focus) field.focus();
    return field;
  }

  function remove(option) {
    fields.get(option.name).root.remove();
    fields.delete(option.name);
    showAdders();
    (more.querySelector(`[data-add="${CSS.escape(option.name)}"]`) ?? root).focus();
  }

  function showAdders() {
    const rest = entry.options.filter((one) => !fields.has(one.name));
    more.replaceChildren(
      ...rest.map((option) =>
        h(
          "button",
          { type: "button", class: "button secondary small", title: localised(option, "description"), "aria-label": t("option-add", { name: localised(option) }), dataset: { add: option.name }, on: { click: () => add(option, true) } },
          icon("plus"),
          localised(option),
        ),
      ),
    );
  }

  function submit() {
    const wrong = [...fields.values()].filter((one) => one.error());
    if (wrong.length) {
      wrong[0].focus();
      return;
    }
    const files = [];
    const options = [];
    for (const field of fields.values()) {
      const file = field.file();
      if (file) options.push({ type: field.type, name: field.name, value: String(files.push(file) - 1) });
      else if (field.value() !== undefined) options.push({ type: field.type, name: field.name, value: field.value() });
    }
    runCommand(entry.data(options), files, entry.label);
    onLeave();
  }

  root.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      onLeave();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches("textarea")) {
      event.preventDefault();
      submit();
    }
  });

  const required = entry.options.filter((one) => one.required);
  for (const option of required) add(option, false);
  const first = [...fields.values()][0];
  if (value && first) first.set(value);
  showAdders();
  return { root, focus: () => (first ? first.focus() : root.querySelector("[type=submit]").focus()) };
}
