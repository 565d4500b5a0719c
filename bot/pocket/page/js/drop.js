/** Files dragged over the page: every place that takes them shows itself, and a stray drop never leaves the page. */

/** @type {WeakMap<Element, (files: File[]) => void>} */
const takers = new WeakMap();
/** @type {(files: File[]) => void} */
let fallback = () => {};

/**
 * Let an element take files that are dropped or pasted on it.
 * @param {HTMLElement} element
 * @param {(files: File[]) => void} take
 */
export function takesFiles(element, take) {
  element.dataset.drop = "";
  takers.set(element, take);
  element.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    // A field inside a form: the inner one has taken them.
    event.stopPropagation();
    take(files);
  });
}

const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

/** The place under the pointer; an open form takes files only into its own fields. @param {DragEvent} event */
function placeOf(event) {
  const place = event.target instanceof Element ? event.target.closest("[data-drop]") : null;
  const dialog = document.querySelector("dialog[open]");
  if (dialog) return place && dialog.contains(place) ? place : null;
  return place;
}

function mark(place) {
  for (const one of document.querySelectorAll("[data-drop].under")) if (one !== place) one.classList.remove("under");
  place?.classList.add("under");
}

function rest() {
  document.body.classList.remove("dragging");
  mark(null);
}

/** @param {(files: File[]) => void} take gets what is dropped beside every place */
export function setUpDrop(take) {
  fallback = take;
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    document.body.classList.add("dragging");
    mark(placeOf(event) ?? document.querySelector("#composer[data-drop]"));
    event.dataTransfer.dropEffect = "copy";
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget === null && rest());
  document.addEventListener("dragend", rest);
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    const place = placeOf(event);
    rest();
    const files = [...event.dataTransfer.files];
    if (!files.length) return;
    if (place) takers.get(place)?.(files);
    else if (!document.querySelector("dialog[open]")) fallback(files);
  });
}
