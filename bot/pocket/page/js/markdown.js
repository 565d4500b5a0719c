/**
 * Discord's markdown as DOM nodes. Two passes: lines into blocks, then the inside of a block into inline nodes.
 * Every branch ends in a text node or an element made by h(); nothing is ever parsed as HTML.
 */

import { append, h } from "./dom.js";
import { localised, t } from "./i18n.js";
import { channel, channelLabel, member, openChannel, state } from "./state.js";
import { formatDate, relative } from "./time.js";
import { messageLink, safeLink } from "./urls.js";

/** Deeper nesting is shown as plain text: no message needs it, and recursion must end. */
const DEEPEST = 8;

/**
 * @param {string} text
 * @returns {DocumentFragment}
 */
export function renderMarkdown(text) {
  const fragment = document.createDocumentFragment();
  append(fragment, blocks(text.replace(/\r\n?/g, "\n"), 0));
  return fragment;
}

/** Plain words for announcements and previews. @param {string} text */
export const plainText = (text) => renderMarkdown(text).textContent.replace(/\s+/g, " ").trim();

const FENCE = /^```(?:([\w+#.-]{1,20})\n)?([\s\S]*?)\n?```/;

function blocks(text, depth) {
  const out = [];
  let prose = [];
  const flush = () => {
    if (prose.length) out.push(h("p", {}, inline(prose.join("\n"), depth)));
    prose = [];
  };
  let rest = text;
  while (rest) {
    const fence = rest.match(FENCE);
    if (fence) {
      flush();
      out.push(h("pre", { tabindex: "0" }, h("code", { "data-language": fence[1] }, fence[2])));
      rest = rest.slice(fence[0].length).replace(/^\n/, "");
      continue;
    }
    const taken = depth < DEEPEST ? takeBlock(rest, depth) : null;
    if (taken) {
      flush();
      out.push(taken.node);
      rest = rest.slice(taken.length);
      continue;
    }
    // A fence may open in mid-line: the words before it are a paragraph of their own.
    const line = rest.match(/^[^\n]*/)[0];
    const opens = line.indexOf("```");
    const cut = opens > 0 && FENCE.test(rest.slice(opens)) ? opens : line.length;
    if (cut === 0) flush();
    else prose.push(rest.slice(0, cut));
    rest = rest.slice(cut === line.length ? cut + 1 : cut);
  }
  flush();
  return out;
}

/** @returns {{node: Node, length: number} | null} a heading, subtext, quote or list at the start of `rest` */
function takeBlock(rest, depth) {
  let found;
  if ((found = rest.match(/^(#{1,3}) +([^\n]+)\n?/))) {
    // Messages sit below the page's own headings, so their "#" is a third-level heading to a screen reader.
    return { node: h(`h${found[1].length + 2}`, {}, inline(found[2], depth + 1)), length: found[0].length };
  }
  if ((found = rest.match(/^-# +([^\n]+)\n?/))) {
    return { node: h("p", { class: "subtext" }, inline(found[1], depth + 1)), length: found[0].length };
  }
  if ((found = rest.match(/^>>> ([\s\S]+)/))) {
    return { node: h("blockquote", {}, blocks(found[1], depth + 1)), length: rest.length };
  }
  if ((found = rest.match(/^(?:> [^\n]*(?:\n|$)|>(?:\n|$))+/))) {
    const inner = found[0].replace(/^> ?/gm, "").replace(/\n$/, "");
    return { node: h("blockquote", {}, blocks(inner, depth + 1)), length: found[0].length };
  }
  if ((found = rest.match(/^(?: {0,8}(?:[-*]|\d{1,4}\.) [^\n]+(?:\n|$))+/))) {
    return { node: list(found[0].trimEnd().split("\n"), depth), length: found[0].length };
  }
  return null;
}

function list(lines, depth) {
  const indent = (line) => line.match(/^ */)[0].length;
  const base = indent(lines[0]);
  const number = lines[0].match(/^ *(\d+)\./);
  const node = h(number ? "ol" : "ul", number ? { start: number[1] } : {});
  for (let i = 0; i < lines.length; ) {
    const item = h("li", {}, inline(lines[i].replace(/^ *(?:[-*]|\d+\.) /, ""), depth + 1));
    const inner = [];
    for (i += 1; i < lines.length && indent(lines[i]) > base; i += 1) inner.push(lines[i]);
    if (inner.length) append(item, depth < DEEPEST ? [list(inner, depth + 1)] : inner);
    node.append(item);
  }
  return node;
}

const PAIRS = [
  ["***", (inside) => h("strong", {}, h("em", {}, inside))],
  ["**", (inside) => h("strong", {}, inside)],
  ["__", (inside) => h("u", {}, inside)],
  ["~~", (inside) => h("s", {}, inside)],
  ["||", (inside) => spoiler(inside)],
  ["*", (inside) => h("em", {}, inside)],
  ["_", (inside) => h("em", {}, inside)],
];

/** Tried at each place where a special character stands; sticky, so that no pattern scans ahead on its own. */
const TOKENS = [
  [/\\([^\w\s])/y, ([, character]) => character],
  [/``([\s\S]+?)``(?!`)/y, ([, code]) => h("code", {}, code.trim() || code)],
  [/`([^`]+)`/y, ([, code]) => h("code", {}, code)],
  [/\[([^\]\n]{1,500})\]\(<?(https?:\/\/[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*)>?(?: "[^"\n]*")?\)/y, (found, depth) => link(found[2], inline(found[1], depth + 1, false), found[0])],
  [/<(https?:\/\/[^\s<>]+)>/y, ([all, url]) => link(url, url, all)],
  [/<@!?(\d{1,20})>/y, ([, id]) => mention(`@${member(id)?.name ?? (id === state.bot.id ? state.bot.name : id)}`)],
  [/<@&(\d{1,20})>/y, ([, id]) => mention(`@${id}`)],
  [/<#(\d{1,20})>/y, ([, id]) => channelMention(id)],
  [/<\/([^:\n]{1,100}):\d{1,20}>/y, ([, path]) => mention(`/${path}`)],
  [/<a?:(\w{1,32}):\d{1,20}>/y, ([, name]) => `:${name}:`],
  [/<t:(-?\d{1,13})(?::([tTdDfFR]))?>/y, ([all, seconds, style]) => timestamp(Number(seconds), style ?? "f", all)],
  [/https?:\/\/[^\s<>]+/y, ([all]) => bareLink(all)],
];

function inline(text, depth, links = true) {
  const out = [];
  let plain = "";
  const put = (node) => {
    if (plain) out.push(...withBreaks(plain));
    plain = "";
    out.push(node);
  };
  let at = 0;
  while (at < text.length) {
    const taken = "\\`[<h*_~|".includes(text[at]) && depth < DEEPEST ? takeInline(text, at, depth, links) : null;
    if (!taken) plain += text[at++];
    else {
      if (typeof taken.node === "string") plain += taken.node;
      else put(taken.node);
      at = taken.end;
    }
  }
  if (plain) out.push(...withBreaks(plain));
  return out;
}

function takeInline(text, at, depth, links) {
  for (const [pattern, build] of TOKENS) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) continue;
    const isLink = found[0].includes("://");
    if (isLink && !links) continue;
    const node = build(found, depth);
    const shown = node instanceof Array ? node : [node];
    if (shown.length === 1) return { node: shown[0], end: at + found[0].length };
    return { node: h("span", {}, shown), end: at + found[0].length };
  }
  for (const [mark, build] of PAIRS) {
    if (!text.startsWith(mark, at)) continue;
    const end = closing(text, mark, at + mark.length);
    if (end < 0) continue;
    // Words_with_underscores stay as they are.
    if (mark === "_" && (/\w/.test(text[at - 1] ?? "") || /\w/.test(text[end + 1] ?? ""))) continue;
    return { node: build(inline(text.slice(at + mark.length, end), depth + 1, links)), end: end + mark.length };
  }
  return null;
}

/** @returns {number} where `mark` closes, or -1; an empty or space-led pair is no pair */
function closing(text, mark, from) {
  if (from >= text.length || (mark[0] === "*" && /\s/.test(text[from]))) return -1;
  for (let end = text.indexOf(mark, from); end >= 0; end = text.indexOf(mark, end + 1)) {
    if (end === from || text[end - 1] === "\\") continue;
    if (mark.length === 1 && (text[end + 1] === mark || text[end - 1] === mark)) continue;
    if (mark.length === 2 && text[end + 2] === mark[0] && text[end + 3] !== mark[0]) continue;
    return end;
  }
  return -1;
}

const withBreaks = (text) => text.split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line]));

function link(url, inside, source) {
  const href = safeLink(url);
  if (!href) return source;
  const jump = messageLink(href);
  if (jump && channel(jump.channelId)) {
    return h("button", { type: "button", class: "mention", on: { click: () => openChannel(jump.channelId, jump.messageId) } }, channelLabel(channel(jump.channelId)));
  }
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", title: href }, inside);
}

function bareLink(all) {
  // A full stop or bracket after an address belongs to the sentence.
  const trailing = all.match(/[.,:;!?'")\]*_~|]+$/)?.[0] ?? "";
  const url = all.slice(0, all.length - trailing.length);
  return trailing ? [link(url, url, url), trailing] : link(url, url, url);
}

const mention = (text) => h("span", { class: "mention" }, text);

function channelMention(id) {
  const target = channel(id);
  if (!target) return mention(`#${id}`);
  return h("button", { type: "button", class: "mention", on: { click: () => openChannel(id) } }, channelLabel(target));
}

function timestamp(seconds, style, source) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return source;
  const text = style === "R" ? relative(date) : formatDate(date, style);
  return h("time", { datetime: date.toISOString(), title: formatDate(date, "F"), "data-relative": style === "R" }, text);
}

function spoiler(inside) {
  const node = h("span", { class: "spoiler", role: "button", tabindex: "0", "aria-expanded": "false", "aria-label": t("spoiler") }, h("span", { class: "spoiler-words", "aria-hidden": "true" }, inside));
  const show = () => {
    if (node.classList.contains("shown")) return;
    node.classList.add("shown");
    for (const name of ["role", "tabindex", "aria-expanded", "aria-label"]) node.removeAttribute(name);
    node.firstChild.removeAttribute("aria-hidden");
  };
  node.addEventListener("click", show);
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    show();
  });
  return node;
}
