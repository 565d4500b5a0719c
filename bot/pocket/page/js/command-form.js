/** A chosen command with its options, in the place of the message box. */

import { runCommand } from "./actions.js";
import { takesFiles } from "./drop.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { localised, t } from "./i18n.js";
import { makeField } from "./fields.js";

const ATTACHMENT = 11;

/**
 * @param {import("./commands.js").Entry} entry
 * @param {Map<string, string>} values what was written already, by the option's name
 * @param {(words: string) => void} onLeave run or given up; `words` go back into the message box
 * @returns {{root: HTMLElement, focus: () => void, takeFiles: (files: File[]) => boolean}} `takeFiles` says whether an
 *   option had room for them
 */
export function commandForm(entry, values, onLeave) {
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
      h("button", { type: "button", class: "tool", "aria-label": t("command-leave"), title: t("command-leave"), on: { click: () => onLeave("") } }, icon("close")),
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
          icon(option.type === ATTACHMENT ? "clip" : "plus"),
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
    runCommand(entry.data(options), files, `/${entry.label}`);
    onLeave("");
  }

  /** Files go to the options that take one, in their order; an option that is not there yet is added for them. */
  function takeFiles(files) {
    const free = entry.options.filter((one) => one.type === ATTACHMENT && !fields.get(one.name)?.file());
    free.slice(0, files.length).forEach((option, index) => (fields.get(option.name) ?? add(option, false)).take(files[index]));
    return free.length > 0;
  }

  root.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  root.addEventListener("keydown", (event) => {
    const first = [...fields.values()][0];
    if (event.key === "Escape") {
      event.preventDefault();
      onLeave("");
    } else if (event.key === "Backspace" && first?.root.contains(event.target) && event.target.value === "" && !event.repeat) {
      // Rubbing out goes on into the name of the command, as in the chat clients people know.
      event.preventDefault();
      onLeave(`/${entry.label}`);
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches("textarea, select")) {
      event.preventDefault();
      submit();
    }
  });

  const required = entry.options.filter((one) => one.required);
  for (const option of required) add(option, false);
  for (const option of entry.options) {
    const value = values.get(option.name);
    if (value !== undefined) (fields.get(option.name) ?? add(option, false)).set(value);
  }
  showAdders();

  function focus() {
    const all = [...fields.values()];
    const next = all.find((one) => one.value() === undefined) ?? all[0];
    if (next) next.focus();
    else root.querySelector("[type=submit]").focus();
  }

  takesFiles(root, takeFiles);
  return { root, focus, takeFiles };
}
