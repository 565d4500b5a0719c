/** What this browser remembers between visits: member, language, theme. */

const PREFIX = "colophon.pocket.";

/** @param {string} key @returns {string | null} null also where the browser refuses storage */
export function readPref(key) {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

/** @param {string} key @param {string} value */
export function writePref(key, value) {
  try {
    localStorage.setItem(PREFIX + key, value);
  } catch (error) {
    // Storage may be switched off; the choice then simply lasts until the page is closed.
    if (!(error instanceof DOMException)) throw error;
  }
}
