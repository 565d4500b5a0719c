/** Which addresses the page may follow or load. */

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]", location.hostname]);

/** @param {string} text @returns {URL | null} */
function parse(text) {
  try {
    return new URL(text, location.origin);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** A link a person may press: http or https only. @param {string} text @returns {string | null} */
export function safeLink(text) {
  const url = parse(text);
  return url && (url.protocol === "http:" || url.protocol === "https:") ? url.href : null;
}

/**
 * A picture or file of this server, written relative to the page: opened as "localhost" instead of "127.0.0.1" it is
 * still the same server, but another origin to the browser.
 * @param {string | undefined} text
 * @returns {string | null} null for anything elsewhere, which the page never loads
 */
export function localMedia(text) {
  const url = text ? parse(text) : null;
  if (!url) return null;
  if (url.protocol === "blob:" || (url.protocol === "data:" && text.startsWith("data:image/"))) return text;
  return LOOPBACK.has(url.hostname) && url.pathname.startsWith("/attachments/") ? url.pathname + url.search : null;
}

/** @param {string} text @returns {string} */
export const hostOf = (text) => parse(text)?.host ?? "";

/** The channel and message of a message link. @param {string} text @returns {{channelId: string, messageId?: string} | null} */
export function messageLink(text) {
  const found = parse(text)?.pathname.match(/^\/channels\/(?:\d+|@me)\/(\d+)(?:\/(\d+))?$/);
  return found ? { channelId: found[1], messageId: found[2] } : null;
}
