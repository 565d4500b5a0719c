/** Commands on their way, and those that nobody answered, as rows at the end of the list. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";
import { failureWords, waiting } from "./message.js";
import { settlePending, state } from "./state.js";

/** @returns {HTMLElement[]} the rows of the open channel */
export function pendingRows() {
  return [...state.pending.values()].filter((one) => one.kind === "command" && one.channelId === state.channelId).map(row);
}

/** @param {import("./state.js").Pending} pending */
function row(pending) {
  if (pending.state === "sending") return h("li", { class: "pending", dataset: { nonce: pending.nonce } }, waiting(t("sending", { command: pending.label })));
  return h(
    "li",
    { class: "pending failed", dataset: { nonce: pending.nonce } },
    h("p", { role: "alert" }, icon("warn"), h("strong", {}, pending.label), " ", failureWords(pending.error), " ", h("span", { class: "faint" }, t("no-response-help"))),
    h(
      "div",
      { class: "row" },
      h("button", { type: "button", class: "button secondary small", on: { click: pending.retry } }, t("try-again")),
      h("button", { type: "button", class: "text-button", on: { click: () => settlePending(pending.nonce) } }, t("dismiss")),
    ),
  );
}
