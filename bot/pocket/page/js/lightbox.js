/** One picture at a time, large. Esc closes, arrows turn, focus returns to where it came from. */

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";

/**
 * @param {{url: string, alt: string, name?: string}[]} pictures
 * @param {number} index
 */
export function openLightbox(pictures, index) {
  const image = h("img", { class: "lightbox-image" });
  const caption = h("p", { class: "lightbox-caption", "aria-live": "polite" });
  const download = h("a", { class: "round", "aria-label": t("image-download"), title: t("image-download") }, icon("download"));
  const button = (name, label, click) => h("button", { type: "button", class: "round", "aria-label": label, title: label, on: { click } }, icon(name));
  const turn = (step) => show((index + step + pictures.length) % pictures.length);
  const many = pictures.length > 1;
  const dialog = h(
    "dialog",
    { class: "lightbox", "aria-label": pictures[index].alt || t("no-alt") },
    h("div", { class: "lightbox-bar" }, caption, download, button("close", t("close"), () => dialog.close())),
    many && h("div", { class: "lightbox-side left" }, button("left", t("image-previous"), () => turn(-1))),
    image,
    many && h("div", { class: "lightbox-side right" }, button("right", t("image-next"), () => turn(1))),
  );

  function show(next) {
    index = next;
    const picture = pictures[index];
    image.src = picture.url;
    image.alt = picture.alt || t("no-alt");
    download.href = picture.url;
    download.download = picture.name ?? "";
    fill(caption, many && h("span", { class: "faint" }, t("image-of", { index: index + 1, total: pictures.length })), h("span", {}, picture.alt));
  }

  dialog.addEventListener("keydown", (event) => {
    if (many && event.key === "ArrowLeft") turn(-1);
    else if (many && event.key === "ArrowRight") turn(1);
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  show(index);
  dialog.showModal();
}
