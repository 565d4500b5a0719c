/** Message components, old style and V2, each type in one small builder. */

import { pressComponent } from "./actions.js";
import { h, hexColour } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";
import { renderMarkdown } from "./markdown.js";
import { fileCard, gallery, isImage, thumbnail } from "./media.js";
import { makeSelect } from "./select.js";
import { channelLabel, channelsFor, roleLabel, state } from "./state.js";
import { safeLink } from "./urls.js";

const BUTTON_CLASS = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "secondary" };

/** @typedef {{message: object, busy: string | undefined, resolve: (url: string) => string}} Context `busy`: custom_id that waits */

/** @param {object} emoji Discord's partial emoji; custom ones have no picture here, so their name stands in */
export const emojiText = (emoji) => (emoji?.id ? `:${emoji.name}:` : (emoji?.name ?? ""));

function button(part, context) {
  const inside = [part.emoji && h("span", { class: "emoji", "aria-hidden": part.label ? "true" : undefined }, emojiText(part.emoji)), part.label && h("span", {}, part.label)];
  const href = part.style === 5 ? safeLink(part.url ?? "") : null;
  if (href) return h("a", { class: "button link", href, target: "_blank", rel: "noopener noreferrer" }, inside, icon("external"));
  const busy = context.busy !== undefined && context.busy === part.custom_id;
  const node = h(
    "button",
    { type: "button", class: `button ${BUTTON_CLASS[part.style] ?? "secondary"}`, disabled: Boolean(part.disabled), "aria-busy": busy ? "true" : undefined, dataset: { customId: part.custom_id ?? "" } },
    inside,
  );
  node.addEventListener("click", () => {
    if (context.busy === undefined) pressComponent(context.message, { component_type: 2, custom_id: part.custom_id });
  });
  return node;
}

const asPeople = () => [...state.members, { id: state.bot.id, name: state.bot.name }].map((one) => ({ value: one.id, label: one.name }));
const asRoles = () => state.roles.map((one) => ({ value: one.id, label: roleLabel(one) }));
const asChannels = (part) => channelsFor(part.channel_types).map((one) => ({ value: one.id, label: channelLabel(one) }));

/** What user, role, mentionable and channel selects offer: everything there is of the kind. */
const OFFER = { 5: asPeople, 6: asRoles, 7: () => [...asPeople(), ...asRoles()], 8: asChannels };

/** The options of any select type. @param {object} part @returns {import("./select.js").SelectOption[]} */
export function selectOptions(part) {
  if (part.type === 3) return part.options.map((one) => ({ ...one, emoji: one.emoji && emojiText(one.emoji) }));
  const defaults = new Set((part.default_values ?? []).map((one) => one.id));
  return OFFER[part.type](part).map((one) => ({ ...one, default: defaults.has(one.value) }));
}

function select(part, context) {
  return makeSelect({
    options: selectOptions(part),
    placeholder: part.placeholder,
    min: part.min_values ?? 1,
    max: part.max_values ?? 1,
    disabled: Boolean(part.disabled) || context.busy !== undefined,
    label: part.placeholder || t("select-placeholder"),
    customId: part.custom_id,
    onChoose: (values) => pressComponent(context.message, { component_type: part.type, custom_id: part.custom_id, values }),
  });
}

const spoilerBox = (part, node) => {
  if (!part.spoiler) return node;
  const box = h("details", { class: "spoiler-box" }, h("summary", {}, t("spoiler")), node);
  return box;
};

function container(part, context) {
  const vars = part.accent_color === undefined || part.accent_color === null ? {} : { "--bar": hexColour(part.accent_color) };
  return spoilerBox(part, h("div", { class: "container", vars }, renderComponents(part.components, context)));
}

function fileComponent(part, context) {
  const url = context.resolve(part.file.url);
  const attachment = context.message.attachments?.find((one) => one.url === url);
  const name = part.name ?? attachment?.filename ?? decodeURIComponent(url.split(/[?#]/)[0].split("/").at(-1));
  return spoilerBox(part, fileCard({ name, url, size: part.size ?? attachment?.size }));
}

function mediaGallery(part, context) {
  const pictures = part.items.filter((one) => isImage({ ...one.media, filename: one.media.url.split("?")[0] }));
  const others = part.items.filter((one) => !pictures.includes(one));
  return [
    pictures.length > 0 &&
      gallery(pictures.map(({ media, description, spoiler }) => ({ url: context.resolve(media.url), alt: description ?? "", width: media.width, height: media.height, spoiler }))),
    others.map((one) => fileComponent({ file: one.media, spoiler: one.spoiler }, context)),
  ];
}

const BUILD = {
  1: (part, context) => h("div", { class: "row" }, renderComponents(part.components, context)),
  2: button,
  3: select,
  5: select,
  6: select,
  7: select,
  8: select,
  9: (part, context) => h("div", { class: "section" }, h("div", { class: "section-words" }, renderComponents(part.components, context)), renderComponents([part.accessory], context)),
  10: (part) => h("div", { class: "prose" }, renderMarkdown(part.content)),
  11: (part, context) => thumbnail(context.resolve(part.media.url), part.description ?? ""),
  12: mediaGallery,
  13: fileComponent,
  14: (part) => h("hr", { class: `separator${part.spacing === 2 ? " wide" : ""}${part.divider === false ? " bare" : ""}` }),
  17: container,
};

const build = (part, context) => (BUILD[part.type] ? BUILD[part.type](part, context) : h("p", { class: "faint" }, t("unsupported", { type: part.type })));

/** How many buttons a row has; 0 where it holds anything else. @param {object | undefined} part */
const buttonsIn = (part) => (part?.type === 1 && part.components.every((inner) => inner.type === 2) ? part.components.length : 0);

const GRID = 3;

/** The end of a run of rows that make a grid, such as the fields of a picture: three or more rows of three buttons. */
function gridEnd(parts, start) {
  let end = start;
  while (end < parts.length && buttonsIn(parts[end]) === GRID) end += 1;
  return end - start >= GRID ? end : start;
}

function buttonGrid(rows, context) {
  const grid = h("div", { class: "button-grid", role: "group" }, rows.map((row) => renderComponents(row.components, context)));
  grid.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -GRID, ArrowDown: GRID };
    if (!(event.key in moves)) return;
    const cells = [...grid.children];
    cells[cells.indexOf(document.activeElement) + moves[event.key]]?.focus();
    event.preventDefault();
    event.stopPropagation();
  });
  return grid;
}

/** @param {object[]} parts @param {Context} context @returns {import("./dom.js").Child[]} */
export function renderComponents(parts, context) {
  const out = [];
  for (let at = 0; at < (parts ?? []).length; ) {
    const end = gridEnd(parts, at);
    out.push(end > at ? buttonGrid(parts.slice(at, end), context) : build(parts[at], context));
    at = Math.max(end, at + 1);
  }
  return out;
}

/** All words in a tree of components, for copying and announcing. @param {object[]} parts @returns {string} */
export function componentText(parts) {
  return (parts ?? []).map((part) => [part.content, componentText(part.components)].filter(Boolean).join("\n")).filter(Boolean).join("\n");
}
