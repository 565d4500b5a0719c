/** Where pop-ups go: beside their opener, inside the window. */

const MARGIN = 8;

/** @param {HTMLElement} popup shown already, so that it can be measured @param {HTMLElement} opener */
export function placePopover(popup, opener) {
  const box = opener.getBoundingClientRect();
  popup.style.minWidth = `${Math.min(box.width, innerWidth - 2 * MARGIN)}px`;
  const below = innerHeight - box.bottom - MARGIN * 2;
  const above = box.top - MARGIN * 2;
  const height = popup.offsetHeight;
  const down = height <= below || below >= above;
  popup.style.maxHeight = `${Math.max(120, down ? below : above)}px`;
  placeAt(popup, box.left, down ? box.bottom + 4 : box.top - Math.min(height, above) - 4);
}

/** @param {HTMLElement} popup @param {number} x @param {number} y */
export function placeAt(popup, x, y) {
  popup.style.left = `${Math.max(MARGIN, Math.min(x, innerWidth - popup.offsetWidth - MARGIN))}px`;
  popup.style.top = `${Math.max(MARGIN, Math.min(y, innerHeight - popup.offsetHeight - MARGIN))}px`;
}
