/** Line icons drawn for this page on a 20 x 20 grid. */

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  menu: "M3.5 6h13M3.5 10h13M3.5 14h9",
  hash: "M8 3.5 6.5 16.5M13.5 3.5 12 16.5M4 7.5h13M3 12.5h13",
  thread: "M4 4v6a3 3 0 0 0 3 3h9M12.5 9.5 16 13l-3.5 3.5",
  mail: "M3 5.5h14v9.5H3zM3.5 6l6.5 5 6.5-5",
  reply: "M8 5 3.5 9.5 8 14M4 9.5h7.5a5 5 0 0 1 5 5V16",
  copy: "M7 7h9v9.5H7zM13 7V3.5H4V13h3",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  close: "M5 5l10 10M15 5 5 15",
  plus: "M10 4v12M4 10h12",
  minus: "M4 10h12",
  back: "M9 4.5 3.5 10 9 15.5M4 10h12.5",
  send: "M10 16.5V4M4.5 9.5 10 4l5.5 5.5",
  clip: "M15.5 9 10 14.5a3.3 3.3 0 0 1-4.7-4.7l6-6a2.2 2.2 0 0 1 3.1 3.1l-5.8 5.8a1 1 0 0 1-1.5-1.5L12 6.5",
  file: "M5 2.8h6.5L15.5 7v10.2H5zM11.2 3v4.3h4.2",
  download: "M10 3.5v9M6 9l4 4 4-4M4 16.5h12",
  external: "M8 4H4v12h12v-4M11.5 3.5h5v5M16 4l-7 7",
  check: "M4 10.5 8.2 15 16 5.5",
  chevron: "M5.5 7.5 10 12.5l4.5-5",
  left: "M12.5 4.5 7 10l5.5 5.5",
  right: "M7.5 4.5 13 10l-5.5 5.5",
  eye: "M2 10s3-5 8-5 8 5 8 5-3 5-8 5-8-5-8-5ZM10 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z",
  sun: "M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M15.7 4.3l-1.1 1.1M5.4 14.6l-1.1 1.1",
  moon: "M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5Z",
  half: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM10 3v14M10 6.5h5M10 10h7M10 13.5h5",
  home: "M3.5 9 10 3.5 16.5 9M5.5 8v8.5h9V8M8.5 16.5v-5h3v5",
  warn: "M10 3 18 16.5H2ZM10 8v4M10 14.2v.1",
  slash: "M12.5 3.5 7.5 16.5",
};

/**
 * @param {keyof typeof PATHS} name
 * @returns {SVGSVGElement} decorative: the control that holds it carries the label
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.appendChild(path);
  return svg;
}
