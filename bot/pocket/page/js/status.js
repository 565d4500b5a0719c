/** The line at the top: this is local, and how the models behind the bot are. */

import { byId, fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";
import { on, state } from "./state.js";

/** The bot's presence has one language; these are the words it is made of (a test compares them with the bot's). */
const SERVERS = ["drafts", "answers"];
const LAMPS = { "warming up": "idle", ready: "online", failed: "failed", starting: "idle" };

/** @param {string} activity such as "drafts ready · answers warming up" @returns {{server: string, how: string}[]} */
export function modelStates(activity) {
  return activity.split(" · ").flatMap((part) => {
    const [server, ...rest] = part.split(" ");
    const how = rest.join(" ");
    return SERVERS.includes(server) && how in LAMPS ? [{ server, how }] : [];
  });
}

const lamp = (how) => h("span", { class: `lamp ${how}`, "aria-hidden": "true" });

/** @param {{server: string, how: string}} one */
function modelWords({ server, how }) {
  return h("span", { class: "model", dataset: { model: server, how } }, lamp(LAMPS[how]), `${t(`model-${server}`)}: ${t(`model-${how.replace(" ", "-")}`)}`);
}

export function setUpStatus() {
  for (const name of ["state", "presence", "locale"]) on(name, render);
  render();
}

function render() {
  const { online, status, activity } = state.bot;
  const shown = online ? status : "offline";
  const words = t(`bot-${shown in { online: 1, idle: 1, dnd: 1 } ? shown : "offline"}`);
  const models = online ? modelStates(activity ?? "") : [];
  const line = byId("bot-status");
  line.dataset.status = shown;
  fill(line, h("span", { class: "model" }, lamp(shown), `${state.bot.name}: ${words}`), models.map(modelWords), online && !models.length && activity && h("span", {}, activity));
  fill(byId("local-line"), icon("home"), h("strong", {}, t("local-line")), h("span", { class: "local-detail" }, t("local-detail")));
}
