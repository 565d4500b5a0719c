/** Pictures and files of messages: grids with alternative text, cards to download. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";
import { openLightbox } from "./lightbox.js";
import { fileSize } from "./time.js";
import { hostOf, localMedia, safeLink } from "./urls.js";

/** @typedef {{url: string, alt?: string, name?: string, width?: number, height?: number, spoiler?: boolean}} Picture */

const isSpoiler = (attachment) => attachment.filename?.startsWith("SPOILER_");

/** @param {object} attachment */
export const isImage = (attachment) =>
  (attachment.content_type ?? "").startsWith("image/") || /\.(png|jpe?g|webp|gif|avif)$/i.test(attachment.filename ?? "");

/**
 * A grid of one to ten pictures that opens in the lightbox.
 * @param {Picture[]} pictures
 */
export function gallery(pictures) {
  const local = pictures.map((one) => ({ ...one, url: localMedia(one.url) })).filter((one) => one.url);
  const remote = pictures.filter((one) => !localMedia(one.url)).map((one) => remotePicture(one.url, one.alt));
  const tiles = local.map((picture, index) => tile(local, picture, index));
  return h("div", { class: "gallery-block" }, tiles.length > 0 && h("div", { class: "gallery", "data-count": Math.min(tiles.length, 5) }, tiles), remote);
}

function tile(pictures, picture, index) {
  const alt = picture.alt || t("no-alt");
  const label = t("open-image", { index: index + 1, total: pictures.length, alt });
  // The size is known before the bytes come, so that nothing below jumps.
  const image = h("img", { src: picture.url, alt, width: picture.width, height: picture.height, decoding: "async", draggable: "false" });
  const vars = picture.width && picture.height ? { "--ratio": `${picture.width} / ${picture.height}`, "--natural": `${picture.width}px` } : {};
  const button = h("button", { type: "button", class: "tile", "aria-label": label, vars }, image);
  if (picture.spoiler) button.classList.add("veiled");
  button.addEventListener("click", () => {
    if (button.classList.contains("veiled")) button.classList.remove("veiled");
    else openLightbox(pictures.map((one) => ({ ...one, alt: one.alt ?? "" })), index);
  });
  return button;
}

function remotePicture(url, alt) {
  const href = safeLink(url);
  const words = t("remote-image", { host: hostOf(url) });
  if (!href) return h("p", { class: "faint" }, words);
  return h("a", { class: "remote", href, target: "_blank", rel: "noopener noreferrer" }, icon("external"), words, alt && ` (${alt})`);
}

/** A small picture beside text (embed thumbnail, section accessory). @param {string} url @param {string} alt */
export function thumbnail(url, alt, className = "thumbnail") {
  const local = localMedia(url);
  if (!local) return remotePicture(url, alt);
  return h("div", { class: className }, tile([{ url: local, alt }], { url: local, alt }, 0));
}

/** @param {{name: string, url: string, size?: number}} file */
export function fileCard(file) {
  const href = localMedia(file.url) ?? safeLink(file.url);
  const size = file.size === undefined ? "" : fileSize(file.size);
  return h(
    "a",
    { class: "file-card", href, download: file.name, "aria-label": t("download", { name: file.name, size }) },
    h("span", { class: "file-icon" }, icon("file")),
    h("span", { class: "file-words" }, h("span", { class: "file-name" }, file.name), h("span", { class: "faint" }, size)),
    icon("download"),
  );
}

/** All attachments of a message. @param {object[]} attachments @returns {Node[]} */
export function attachments(attachments) {
  const pictures = attachments.filter((one) => isImage(one) && localMedia(one.url));
  const files = attachments.filter((one) => !pictures.includes(one));
  const out = [];
  if (pictures.length) {
    out.push(gallery(pictures.map((one) => ({ url: one.url, alt: one.description, name: one.filename, width: one.width, height: one.height, spoiler: isSpoiler(one) }))));
  }
  for (const file of files) out.push(fileCard({ name: file.filename, url: file.url, size: file.size }));
  return out;
}
