/** One picture at a time, large. Esc closes, arrows turn, + and − zoom, 0 fits; focus returns to where it came from. */

import { showDialog } from "./dialog.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";

/** Times the size that fits the window. */
const ZOOMS = [1, 1.5, 2, 3, 4, 6];
const SWIPE_PX = 60;

/**
 * @param {{url: string, alt: string, name?: string}[]} pictures
 * @param {number} index
 */
export function openLightbox(pictures, index) {
  const many = pictures.length > 1;
  let zoom = 0;
  let fitting = 0;
  let down = null;
  const image = h("img", { class: "lightbox-image", draggable: "false" });
  const stage = h("div", { class: "lightbox-stage", tabindex: "0", role: "group", "aria-label": t("lightbox-stage") }, image);
  const caption = h("p", { class: "lightbox-caption", "aria-live": "polite" });
  const download = h("a", { class: "round", "aria-label": t("image-download"), title: t("image-download") }, icon("download"));
  const button = (name, label, click) => h("button", { type: "button", class: "round", "aria-label": label, title: label, on: { click } }, icon(name));
  const smaller = button("minus", t("zoom-out"), () => setZoom(zoom - 1));
  const larger = button("plus", t("zoom-in"), () => setZoom(zoom + 1));
  const dialog = h(
    "dialog",
    { class: "lightbox", "aria-label": t("lightbox") },
    h("div", { class: "lightbox-bar" }, caption, smaller, larger, download, button("close", t("close"), () => dialog.close())),
    stage,
    many && h("div", { class: "lightbox-side left" }, button("left", t("image-previous"), () => turn(-1))),
    many && h("div", { class: "lightbox-side right" }, button("right", t("image-next"), () => turn(1))),
  );

  function turn(step) {
    if (many) show((index + step + pictures.length) % pictures.length);
  }

  function show(next) {
    index = next;
    const picture = pictures[index];
    image.src = picture.url;
    image.alt = picture.alt || t("no-alt");
    download.href = picture.url;
    download.download = picture.name ?? "";
    fill(caption, many && h("span", { class: "lightbox-count" }, t("image-of", { index: index + 1, total: pictures.length })), h("span", {}, picture.alt || t("no-alt")));
    setZoom(0);
  }

  /** @param {number} step @param {{x: number, y: number}} [at] stays under the pointer, in parts of the picture */
  function setZoom(step, at = { x: 0.5, y: 0.5 }) {
    if (zoom === 0) fitting = image.clientWidth;
    zoom = Math.max(0, Math.min(ZOOMS.length - 1, step));
    stage.classList.toggle("zoomed", zoom > 0);
    stage.style.setProperty("--width", `${fitting * ZOOMS[zoom]}px`);
    smaller.disabled = zoom === 0;
    larger.disabled = zoom === ZOOMS.length - 1;
    stage.scrollTo(stage.scrollWidth * at.x - stage.clientWidth / 2, stage.scrollHeight * at.y - stage.clientHeight / 2);
  }

  const partOf = (event) => {
    const box = image.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  };

  dialog.addEventListener("keydown", (event) => {
    const keys = { "+": () => setZoom(zoom + 1), "=": () => setZoom(zoom + 1), "-": () => setZoom(zoom - 1), 0: () => setZoom(0) };
    // Inside an enlarged picture the arrows move it, as they would any page.
    if (zoom === 0 || document.activeElement !== stage) Object.assign(keys, { ArrowLeft: () => turn(-1), ArrowRight: () => turn(1) });
    if (!(event.key in keys) || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    keys[event.key]();
  });
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    setZoom(zoom + (event.deltaY < 0 ? 1 : -1), partOf(event));
  });
  stage.addEventListener("pointerdown", (event) => {
    down = { x: event.clientX, y: event.clientY, left: stage.scrollLeft, top: stage.scrollTop, moved: false };
  });
  stage.addEventListener("pointermove", (event) => {
    if (!down || event.buttons === 0) return;
    down.moved ||= Math.hypot(event.clientX - down.x, event.clientY - down.y) > 6;
    if (zoom > 0 && event.pointerType === "mouse") stage.scrollTo(down.left - event.clientX + down.x, down.top - event.clientY + down.y);
  });
  stage.addEventListener("pointerup", (event) => {
    const aside = down ? event.clientX - down.x : 0;
    if (zoom === 0 && event.pointerType !== "mouse" && Math.abs(aside) > SWIPE_PX) turn(aside > 0 ? -1 : 1);
  });
  stage.addEventListener("click", (event) => {
    if (down?.moved) return;
    // Beside the picture is outside; on it, a press enlarges there and a second one fits it again.
    if (event.target === stage) dialog.close();
    else setZoom(zoom ? 0 : 2, partOf(event));
  });

  show(index);
  showDialog(dialog, { light: true });
  stage.focus();
}
