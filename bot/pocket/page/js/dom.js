/**
 * Builds DOM nodes. Nothing here (or anywhere on the page) parses HTML from strings: words from messages only
 * ever become text nodes or checked attributes, which is what keeps a member's text from becoming markup.
 */

/** @typedef {Node | string | number | null | undefined | false | Child[]} Child */

/** Attributes that would turn a string into code or markup; asking for one is a programming error. */
const FORBIDDEN = /^(innerHTML|outerHTML|srcdoc|style|on.+)$/i;

/**
 * Make an element.
 * @param {string} tag
 * @param {Record<string, unknown>} [props] `class`, `on` (listeners), `dataset`, `vars` (CSS custom properties), else attributes
 * @param {...Child} children
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) setProp(element, name, value);
  append(element, children);
  return element;
}

function setProp(element, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name === "on") {
    for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
  } else if (name === "dataset") {
    Object.assign(element.dataset, value);
  } else if (name === "vars") {
    // The CSP forbids style attributes; setting properties from script is the allowed way.
    for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
  } else if (name === "class") {
    element.className = value;
  } else if (name === "value" || name === "checked" || name === "disabled" || name === "hidden" || name === "multiple") {
    element[name] = value;
  } else if (FORBIDDEN.test(name)) {
    throw new Error(`h() does not set ${name}`);
  } else {
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** @param {Node} parent @param {Child[]} children */
export function append(parent, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(parent, child);
    else if (child instanceof Node) parent.appendChild(child);
    else if (child !== null && child !== undefined && child !== false) parent.appendChild(document.createTextNode(String(child)));
  }
}

/** Replace everything inside `parent`. @param {Element} parent @param {...Child} children */
export function fill(parent, ...children) {
  parent.replaceChildren();
  append(parent, children);
}

/** @param {string} id @returns {HTMLElement} */
export const byId = (id) => document.getElementById(id);

let counter = 0;

/** A fresh id for aria wiring. @param {string} prefix */
export const uid = (prefix) => `${prefix}-${++counter}`;

/** Discord keeps colours as integers. @param {number} colour @returns {string} */
export const hexColour = (colour) => `#${Math.max(0, Math.min(0xffffff, Number(colour) || 0)).toString(16).padStart(6, "0")}`;
