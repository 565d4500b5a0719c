/** One message as a list item, and its careful replacement when it is edited. */

import { renderComponents, componentText } from "./components.js";
import { h, hexColour, fill } from "./dom.js";
import { renderEmbed } from "./embeds.js";
import { icon } from "./icons.js";
import { localised, t } from "./i18n.js";
import { plainText, renderMarkdown } from "./markdown.js";
import { attachments, isImage } from "./media.js";
import { dismiss, findMessage, FLAG, isEphemeral, member, state } from "./state.js";
import { dayName, formatDate } from "./time.js";

/** @param {object} message @returns {string} */
export function authorName(message) {
  if (message.author.id === state.bot.id) return state.bot.name;
  return member(message.author.id)?.name ?? message.member?.nick ?? message.author.global_name ?? message.author.username ?? message.author.name ?? "?";
}

/** @param {object} message */
const isBot = (message) => message.author.id === state.bot.id || Boolean(message.author.bot);

/** @param {object} message @returns {string} its words, also those inside components and embeds */
export function messageText(message) {
  const embeds = (message.embeds ?? []).map((one) => [one.title, one.description, ...(one.fields ?? []).map((field) => `${field.name}: ${field.value}`)].filter(Boolean).join("\n"));
  return [message.content, componentText(message.components), ...embeds].filter(Boolean).join("\n");
}

/** What a screen reader hears of a new message. @param {object} message */
export function announcement(message) {
  const pictures = message.attachments?.length ?? 0;
  const text = plainText(messageText(message)) || (pictures ? t("announce-image", { count: pictures }) : t("announce-empty"));
  const words = (message.flags ?? 0) & FLAG.LOADING ? t("thinking", { name: authorName(message) }) : t("announce", { name: authorName(message), text: text.slice(0, 300) });
  return isEphemeral(message) ? `${t("ephemeral")}. ${words}` : words;
}

function avatar(message) {
  if (isBot(message)) return h("img", { class: "avatar", src: "/static/svg/seal.svg", alt: "", width: 40, height: 40 });
  const colour = member(message.author.id)?.color;
  const name = authorName(message);
  const initial = String.fromCodePoint(name.codePointAt(0) ?? 63).toUpperCase();
  const vars = colour === undefined || colour === null ? {} : { "--tint": typeof colour === "number" ? hexColour(colour) : colour };
  return h("span", { class: "avatar letter", "aria-hidden": "true", vars }, initial);
}

/** A command as the reader's language calls it; those of the message menu have no slash. @param {string} path */
function commandName(path) {
  const [name, ...inner] = path.split(" ");
  const menu = state.commands.find((one) => one.type === MESSAGE_COMMAND && one.name === path);
  if (menu) return localised(menu);
  let node = state.commands.find((one) => one.name === name);
  const words = [node ? localised(node) : name];
  for (const part of inner) {
    node = node?.options?.find((one) => one.name === part);
    words.push(node ? localised(node) : part);
  }
  return `/${words.join(" ")}`;
}

/** The line above a message: which command or which message it answers. */
function origin(message) {
  const call = message.interaction_metadata ?? message.interaction;
  const command = message.interaction?.name ?? call?.name;
  if (call && command) {
    const name = member(call.user?.id)?.name ?? call.user?.global_name ?? call.user?.username ?? "?";
    return h("p", { class: "origin" }, icon("reply"), h("span", {}, t("used-command", { name, command: commandName(command) })));
  }
  const reference = message.message_reference;
  if (!reference?.message_id || (reference.type ?? 0) !== 0) return null;
  const target = message.referenced_message ?? findMessage(message.channel_id, reference.message_id);
  if (!target) return h("p", { class: "origin" }, icon("reply"), h("span", {}, t("reply-gone")));
  const words = plainText(messageText(target)).slice(0, 120);
  return h(
    "button",
    { type: "button", class: "origin", dataset: { jump: target.id } },
    icon("reply"),
    h("strong", {}, authorName(target)),
    h("span", { class: "origin-words" }, words),
  );
}

function heading(message) {
  const date = new Date(message.timestamp);
  return h(
    "div",
    { class: "message-head" },
    h("span", { class: "author" }, authorName(message)),
    isBot(message) && h("span", { class: "badge" }, t("bot-badge")),
    h("time", { class: "when", datetime: message.timestamp, title: formatDate(date, "F") }, formatDate(date, "t")),
  );
}

const dots = () => h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));

/** Waiting dots with words. @param {string} words */
export const waiting = (words) => h("p", { class: "waiting" }, dots(), words);

function ephemeralFoot(message) {
  return h(
    "p",
    { class: "private-foot" },
    icon("eye"),
    h("span", {}, t("ephemeral")),
    h("button", { type: "button", class: "text-button", on: { click: () => dismiss(message) } }, t("dismiss")),
  );
}

/** Pictures with one note about them stand side by side where there is room. @param {object} message */
const isCard = (message) => message.embeds?.length === 1 && (message.attachments ?? []).some(isImage) && !message.embeds[0].image;

/** The thread that began at a message. @param {object} thread */
function threadCard(thread) {
  return h(
    "button",
    { type: "button", class: "thread-card", dataset: { channel: thread.id } },
    icon("thread"),
    h("strong", {}, thread.name),
    h("span", { class: "thread-open" }, t("jump-thread")),
  );
}

function body(message) {
  const flags = message.flags ?? 0;
  if (flags & FLAG.LOADING) return [waiting(t("thinking", { name: authorName(message) }))];
  const files = message.attachments ?? [];
  const resolve = (url) => {
    const name = url.match(/^attachment:\/\/(.+)$/)?.[1];
    return (name && files.find((one) => one.filename === name)?.url) || url;
  };
  const pending = [...state.pending.values()].filter((one) => one.messageId === message.id);
  const busy = pending.find((one) => one.state === "sending")?.customId;
  const failed = pending.find((one) => one.state === "failed");
  const isV2 = Boolean(flags & FLAG.COMPONENTS_V2);
  // A picture that an embed or a component shows is not listed a second time.
  const used = new Set((message.embeds ?? []).flatMap((one) => [one.image?.url, one.thumbnail?.url]).filter(Boolean).map(resolve));
  const edited = message.edited_timestamp && h("span", { class: "edited", title: formatDate(new Date(message.edited_timestamp), "F") }, t("edited"));
  const prose = message.content ? h("div", { class: "prose" }, renderMarkdown(message.content)) : null;
  // The mark follows the last word, as a proof-reader would set it.
  if (edited && prose) (prose.lastElementChild?.matches("p") ? prose.lastElementChild : prose).append(" ", edited);
  return [
    prose,
    !isV2 && attachments(files.filter((one) => !used.has(one.url))),
    (message.embeds ?? []).map((one) => renderEmbed(one, resolve)),
    message.components?.length > 0 && h("div", { class: isV2 ? "components v2" : "components" }, renderComponents(message.components, { message, busy, resolve })),
    edited && !prose && edited,
    message.thread && threadCard(message.thread),
    failed && h("p", { class: "failure", role: "alert" }, icon("warn"), failureWords(failed.error)),
  ];
}

/** Servers that only say "did not respond" get the page's sentence in the reader's language. @param {string | undefined} error */
export function failureWords(error) {
  const known = !error || /did not respond|no_?response|timed? ?out/i.test(error);
  return known ? t("no-response") : t("error-generic", { reason: error });
}

function toolbar(message) {
  const tool = (name, action, label) => h("button", { type: "button", class: `tool ${action}`, "aria-label": label, title: label, dataset: { action } }, icon(name));
  return h(
    "div",
    { class: "tools", role: "group", "aria-label": t("actions") },
    !isEphemeral(message) && tool("reply", "reply", t("action-reply")),
    tool("copy", "copy", t("action-copy")),
    tool("more", "more", t("action-more")),
  );
}

const THREAD_STARTER = 21;
const MESSAGE_COMMAND = 3;

/** Messages of one author within this time share a heading. */
const GROUP_MS = 5 * 60_000;

/** @param {object | undefined} previous @param {object} message */
function continues(previous, message) {
  return (
    previous !== undefined &&
    previous.author.id === message.author.id &&
    isEphemeral(previous) === isEphemeral(message) &&
    !origin(message) &&
    Date.parse(message.timestamp) - Date.parse(previous.timestamp) < GROUP_MS &&
    sameDay(previous, message)
  );
}

const sameDay = (a, b) => new Date(a.timestamp).toDateString() === new Date(b.timestamp).toDateString();

/** The first message of a thread stands for the one that it began at, without its buttons. @param {object} message */
function asShown(message) {
  if (message.type !== THREAD_STARTER || !message.referenced_message) return message;
  const { author, content, attachments: files, embeds, interaction_metadata: call } = message.referenced_message;
  return { ...message, author, content, attachments: files, embeds, interaction_metadata: call, message_reference: null };
}

/**
 * Fill a list item with a message. Called again on each edit with the same item: pictures that stay are moved over
 * (no flash), pictures that are replaced stay behind the new one until it is there, and focus stays on its button.
 * @param {HTMLElement} item
 * @param {object} real
 * @param {object | undefined} previous
 */
export function fillMessage(item, real, previous) {
  const message = asShown(real);
  const focused = item.contains(document.activeElement) ? document.activeElement?.dataset?.customId : undefined;
  const old = [...item.querySelectorAll(".tile img")];
  const joined = continues(previous, message);
  item.className = ["message", joined && "joined", isEphemeral(message) && "private"].filter(Boolean).join(" ");
  fill(
    item,
    !(previous && sameDay(previous, message)) && h("p", { class: "day" }, h("span", {}, dayName(new Date(message.timestamp)))),
    h(
      "article",
      { class: "sheet", "aria-label": `${authorName(message)}, ${formatDate(new Date(message.timestamp), "t")}` },
      !joined && origin(message),
      h("div", { class: "gutter" }, joined ? h("time", { class: "when", datetime: message.timestamp }, formatDate(new Date(message.timestamp), "t")) : avatar(message)),
      h("div", { class: "column" }, !joined && heading(message), h("div", { class: isCard(message) ? "body with-card" : "body" }, body(message)), isEphemeral(message) && ephemeralFoot(message)),
      toolbar(message),
    ),
  );
  keepPictures(item, old);
  if (focused) item.querySelector(`[data-custom-id="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

function keepPictures(item, old) {
  [...item.querySelectorAll(".tile img")].forEach((image, index) => {
    const same = old.find((one) => one.getAttribute("src") === image.getAttribute("src"));
    if (same) {
      same.alt = image.alt;
      image.replaceWith(same);
    } else if (old[index]) {
      image.parentElement.style.backgroundImage = `url("${CSS.escape(old[index].getAttribute("src"))}")`;
      image.addEventListener("load", () => image.parentElement?.style.removeProperty("background-image"), { once: true });
    }
  });
}
