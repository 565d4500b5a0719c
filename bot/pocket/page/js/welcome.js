/** Empty channels teach: what to try first, one press away from the message box. */

import { h } from "./dom.js";
import { t } from "./i18n.js";
import { entries } from "./commands.js";
import { CHANNEL, channel, emit, state } from "./state.js";

const EXAMPLES = [
  { path: "ask", words: "example-ask", value: "example-ask-value" },
  { path: "draft", words: "example-draft", value: "example-draft-value" },
  { path: "evidence export", words: "example-evidence" },
  { path: "help", words: "example-help" },
];

/** @returns {Node} */
export function welcome() {
  const here = channel();
  const known = entries();
  const isDm = here?.type === CHANNEL.DM;
  const title = isDm ? t("welcome-dm-title", { name: state.bot.name }) : CHANNEL.THREADS.has(here?.type) ? t("welcome-thread-title") : t("welcome-title");
  const examples = EXAMPLES.flatMap((example) => {
    const entry = known.find((one) => one.english === example.path);
    return entry ? [card(entry, example)] : [];
  });
  return h(
    "section",
    { class: "welcome-card" },
    h("img", { src: "/static/svg/seal.svg", alt: "", width: 72, height: 72, class: "welcome-seal" }),
    h("h2", {}, title),
    h("p", {}, isDm ? t("welcome-dm-body") : t("welcome-body")),
    examples.length ? h("ul", { class: "examples" }, examples) : h("p", { class: "faint" }, t("palette-empty")),
  );
}

function card(entry, example) {
  const value = example.value ? t(example.value) : "";
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", class: "example", on: { click: () => emit("compose", { entry, value }) } },
      h("span", { class: "example-command" }, h("code", {}, `/${entry.label}`), value && h("span", {}, value)),
      h("span", { class: "faint" }, t(example.words)),
    ),
  );
}
