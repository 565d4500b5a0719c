/** Beginning a thread at a message: a name is asked for, and the thread is opened. */

import { explain } from "./actions.js";
import { postThread } from "./api.js";
import { showDialog } from "./dialog.js";
import { fill, h } from "./dom.js";
import { t } from "./i18n.js";
import { plainText } from "./markdown.js";
import { messageText } from "./message.js";
import { openChannel, state, upsertChannel } from "./state.js";

/** Discord's limit for the name of a thread. */
const MAX_NAME = 100;

/** @param {object} message */
export function askThread(message) {
  const name = h("input", { type: "text", id: "thread-name", maxlength: MAX_NAME, autocomplete: "off", value: plainText(messageText(message)).slice(0, 60) });
  const problem = h("p", { class: "failure", role: "alert" });
  const form = h(
    "form",
    { novalidate: true },
    h("h2", {}, t("thread-title")),
    h("div", { class: "field" }, h("label", { for: "thread-name", class: "field-label" }, t("thread-name")), name),
    problem,
    h(
      "div",
      { class: "row end" },
      h("button", { type: "button", class: "button secondary", on: { click: () => dialog.close() } }, t("cancel")),
      h("button", { type: "submit", class: "button primary" }, t("thread-start")),
    ),
  );
  const dialog = h("dialog", { class: "modal", "aria-label": t("thread-title") }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!name.value.trim()) {
      fill(problem, t("error-required", { name: t("thread-name") }));
      name.focus();
      return;
    }
    try {
      const thread = await postThread(state.memberId, { channel_id: message.channel_id, message_id: message.id, name: name.value.trim() });
      dialog.close();
      upsertChannel(thread);
      openChannel(thread.id);
    } catch (error) {
      fill(problem, explain(error));
    }
  });
  showDialog(dialog);
  name.select();
}
