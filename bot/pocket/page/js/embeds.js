/** Embeds: the framed notes a bot adds to a message. */

import { h, hexColour } from "./dom.js";
import { renderMarkdown } from "./markdown.js";
import { gallery, thumbnail } from "./media.js";
import { formatDate } from "./time.js";
import { localMedia, safeLink } from "./urls.js";

const external = (url, inside) => {
  const href = url && safeLink(url);
  return href ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, inside) : inside;
};

const smallIcon = (url) => localMedia(url) && h("img", { class: "embed-icon", src: localMedia(url), alt: "", width: 20, height: 20 });

/** @param {object} embed @param {(url: string) => string} resolve turns attachment:// into an address */
export function renderEmbed(embed, resolve) {
  const { author, title, description, fields = [], footer } = embed;
  const timestamp = embed.timestamp && new Date(embed.timestamp);
  return h(
    "article",
    { class: "embed", vars: embed.color === undefined || embed.color === null ? {} : { "--bar": hexColour(embed.color) } },
    h(
      "div",
      { class: "embed-top" },
      h(
        "div",
        { class: "embed-words" },
        author && h("p", { class: "embed-author" }, smallIcon(author.icon_url), external(author.url, author.name)),
        title && h("p", { class: "embed-title" }, external(embed.url, renderMarkdown(title))),
        description && h("div", { class: "prose" }, renderMarkdown(description)),
      ),
      embed.thumbnail?.url && thumbnail(resolve(embed.thumbnail.url), embed.thumbnail.description ?? title ?? ""),
    ),
    fields.length > 0 &&
      h(
        "dl",
        { class: "embed-fields" },
        fields.map((field) => h("div", { class: field.inline ? "inline" : "" }, h("dt", {}, renderMarkdown(field.name)), h("dd", { class: "prose" }, renderMarkdown(field.value)))),
      ),
    embed.image?.url && gallery([{ url: resolve(embed.image.url), alt: embed.image.description ?? title ?? "", width: embed.image.width, height: embed.image.height }]),
    (footer || timestamp) &&
      h("p", { class: "embed-footer" }, footer && smallIcon(footer.icon_url), footer?.text, footer && timestamp && " · ", timestamp && h("time", { datetime: embed.timestamp }, formatDate(timestamp, "f"))),
  );
}
