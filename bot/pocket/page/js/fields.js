/** One input for one command option: how it looks, what it holds, and what is wrong with it. */

import { lookUp } from "./actions.js";
import { fill, h, uid } from "./dom.js";
import { makeFileField } from "./file-field.js";
import { icon } from "./icons.js";
import { localised, t } from "./i18n.js";
import { placePopover } from "./popover.js";
import { channelLabel, channelsFor, roleLabel, state } from "./state.js";

const TYPE = { STRING: 3, INTEGER: 4, BOOLEAN: 5, USER: 6, CHANNEL: 7, ROLE: 8, MENTIONABLE: 9, NUMBER: 10, ATTACHMENT: 11 };
/** Long enough that typing does not ask for every letter, short enough to feel immediate. */
const LOOKUP_PAUSE_MS = 150;
/** Options that may hold this much get room for several lines. */
const LONG_TEXT = 300;

/**
 * @typedef {{root: HTMLElement, focus: () => void, value: () => unknown, file: () => File | null, error: () => string | null,
 *   set: (value: string) => void, take: (file: File) => void, type: number, name: string}} Field `value` is undefined while empty
 */

/** What may be given, in a few words. @param {object} option */
export function hint(option) {
  const { min_value: min, max_value: max, max_length: longest } = option;
  if (min !== undefined && max !== undefined) return t("range-between", { min, max });
  if (min !== undefined) return t("range-min", { min });
  if (max !== undefined) return t("range-max", { max });
  if (longest !== undefined) return t("length-max", { max: longest });
  return t(`type-${option.type}`);
}

const choicesOf = (option) => {
  if (option.choices?.length) return option.choices.map((one) => ({ value: one.value, label: localised(one) }));
  if (option.type === TYPE.BOOLEAN) return [{ value: true, label: t("yes") }, { value: false, label: t("no") }];
  const people = state.members.map((one) => ({ value: one.id, label: one.name }));
  const roles = state.roles.map((one) => ({ value: one.id, label: roleLabel(one) }));
  if (option.type === TYPE.USER) return people;
  if (option.type === TYPE.ROLE) return roles;
  if (option.type === TYPE.MENTIONABLE) return [...people, ...roles];
  if (option.type === TYPE.CHANNEL) return channelsFor(option.channel_types).map((one) => ({ value: one.id, label: channelLabel(one) }));
  return null;
};

function choiceInput(option, choices) {
  const input = h("select", {}, h("option", { value: "" }, t("select-placeholder")), choices.map((one, index) => h("option", { value: String(index) }, one.label)));
  return {
    input,
    value: () => (input.value === "" ? undefined : choices[Number(input.value)].value),
    set: (words) => {
      const index = choices.findIndex((one) => String(one.value) === words || one.label === words);
      input.value = index < 0 ? "" : String(index);
    },
  };
}

function fileInput(id, onChange) {
  const field = makeFileField({ id, onChange });
  const file = () => field.files()[0] ?? null;
  return { input: field.input, node: field.root, value: () => (file() ? "0" : undefined), file, take: (one) => field.add([one]), set: () => {} };
}

function textInput(option) {
  const numeric = option.type === TYPE.INTEGER || option.type === TYPE.NUMBER;
  const long = option.type === TYPE.STRING && !option.autocomplete && (option.max_length ?? 6000) > LONG_TEXT;
  const input = long
    ? h("textarea", { rows: "1", autocomplete: "off", spellcheck: "true" })
    : h("input", { type: "text", autocomplete: "off", inputmode: numeric ? "decimal" : undefined });
  if (long) input.addEventListener("input", () => grow(input));
  const read = () => {
    const words = input.value.trim();
    if (!words) return undefined;
    return numeric ? Number(words.replace(",", ".")) : input.value;
  };
  return {
    input,
    value: read,
    set: (words) => {
      input.value = words;
      if (long) grow(input);
    },
  };
}

/** Let a text box be as tall as its words, up to what CSS allows. @param {HTMLTextAreaElement} box */
export function grow(box) {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}

/** Ask the bot while something is typed, and show its choices under the box. */
function withLookup(part, option, context) {
  const { input } = part;
  const listId = uid("choices");
  const list = h("div", { role: "listbox", id: listId, class: "popup choices", popover: "manual", "aria-label": t("choices-for", { name: localised(option) }) });
  let timer = 0;
  let asked = 0;
  let shown = [];
  let active = -1;
  let taken = null;
  const typed = part.value;
  part.value = () => (taken && input.value === taken.name ? taken.value : typed());
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", listId);

  const close = () => {
    if (list.matches(":popover-open")) list.hidePopover();
    input.setAttribute("aria-expanded", "false");
    active = -1;
  };
  const take = (index) => {
    // A person reads the name of a choice; the bot gets its value.
    taken = { name: localised(shown[index]), value: shown[index].value };
    part.set(taken.name);
    close();
  };
  /** @param {number | null} index null marks none: Enter then runs the command with what is typed */
  const mark = (index) => {
    active = index === null || !shown.length ? -1 : (index + shown.length) % shown.length;
    [...list.children].forEach((row, at) => {
      row.classList.toggle("active", at === active);
      row.setAttribute("aria-selected", String(at === active));
    });
    list.children[active]?.scrollIntoView({ block: "nearest" });
    if (active < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", list.children[active].id);
  };
  const show = (choices) => {
    shown = choices;
    const rows = choices.map((one, index) =>
      h("div", { role: "option", id: `${listId}-${index}`, class: "option", on: { pointerdown: (event) => event.preventDefault(), click: () => take(index) } }, localised(one)),
    );
    fill(list, rows.length ? rows : h("div", { role: "option", "aria-disabled": "true", class: "hint" }, t("choices-none")));
    if (!input.isConnected || document.activeElement !== input) return;
    if (!list.matches(":popover-open")) list.showPopover();
    placePopover(list, input);
    input.setAttribute("aria-expanded", "true");
    mark(null);
  };
  const ask = () => {
    const mine = ++asked;
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const choices = await lookUp(context.lookupData(option, input.value));
      if (mine === asked) show(choices);
    }, LOOKUP_PAUSE_MS);
  };
  input.addEventListener("input", ask);
  input.addEventListener("focus", ask);
  input.addEventListener("blur", () => {
    asked += 1;
    clearTimeout(timer);
    close();
  });
  input.addEventListener("keydown", (event) => {
    if (!list.matches(":popover-open")) return;
    if (event.key === "ArrowDown") mark(active + 1);
    else if (event.key === "ArrowUp") mark(active < 0 ? shown.length - 1 : active - 1);
    else if (event.key === "Enter" && active >= 0) take(active);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return list;
}

function check(option, value, name) {
  if (value === undefined) return option.required ? t("error-required", { name }) : null;
  if (option.type === TYPE.INTEGER && !Number.isInteger(value)) return t("error-integer", { name });
  if (option.type === TYPE.NUMBER && !Number.isFinite(value)) return t("error-number", { name });
  if (typeof value === "number" && value < (option.min_value ?? -Infinity)) return t("error-min", { name, min: option.min_value });
  if (typeof value === "number" && value > (option.max_value ?? Infinity)) return t("error-max", { name, max: option.max_value });
  if (typeof value === "string" && option.min_length && value.length < option.min_length) return t("error-min-length", { name, min: option.min_length });
  if (typeof value === "string" && option.max_length && value.length > option.max_length) return t("error-max-length", { name, max: option.max_length });
  return null;
}

/**
 * @param {object} option Discord's option
 * @param {{lookupData: (option: object, typed: string) => object, onRemove: (() => void) | null}} context
 * @returns {Field}
 */
export function makeField(option, context) {
  const name = localised(option);
  const choices = choicesOf(option);
  const id = uid("option");
  const part = option.type === TYPE.ATTACHMENT ? fileInput(id, () => fill(problem)) : choices ? choiceInput(option, choices) : textInput(option);
  const problem = h("p", { class: "field-error", id: `${id}-error`, role: "alert" });
  part.input.id = id;
  part.input.dataset.option = option.name;
  part.input.setAttribute("aria-describedby", `${id}-hint ${id}-error`);
  if (option.required) part.input.setAttribute("aria-required", "true");
  part.input.addEventListener("input", () => fill(problem));
  const root = h(
    "div",
    { class: "field" },
    h(
      "div",
      { class: "field-head" },
      h("label", { for: id }, name, option.required && h("span", { class: "required" }, ` ${t("option-required")}`)),
      h("span", { class: "faint", id: `${id}-hint` }, `${localised(option, "description")} · ${hint(option)}`),
      context.onRemove && h("button", { type: "button", class: "tool", "aria-label": t("option-remove", { name }), title: t("option-remove", { name }), on: { click: context.onRemove } }, icon("close")),
    ),
    part.node ?? part.input,
    option.autocomplete && withLookup(part, option, context),
    problem,
  );
  return {
    root,
    name: option.name,
    type: option.type,
    focus: () => part.input.focus(),
    value: () => part.value(),
    file: part.file ?? (() => null),
    set: part.set,
    take: part.take ?? (() => {}),
    error: () => {
      const words = check(option, part.value(), name);
      fill(problem, words);
      part.input.setAttribute("aria-invalid", String(Boolean(words)));
      return words;
    },
  };
}
