/** The menu of a message: by pointer, by the menu key, or from its "more" button. */

import { runCommand } from "./actions.js";
import { byId, h } from "./dom.js";
import { icon } from "./icons.js";
import { localised, t } from "./i18n.js";
import { announce } from "./announce.js";
import { available } from "./commands.js";
import { messageText } from "./message.js";
import { placeAt } from "./popover.js";
import { emit, isEphemeral, state } from "./state.js";

/** @param {string} text */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    announce(t("copied"), true);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    announce(t("copy-failed"), true);
  }
}

function items(message) {
  const list = [];
  if (!isEphemeral(message)) list.push({ icon: "reply", label: t("action-reply"), run: () => emit("reply", message) });
  list.push({ icon: "copy", label: t("action-copy"), run: () => copyText(messageText(message)) });
  list.push({ icon: "copy", label: t("action-copy-id"), run: () => copyText(message.id) });
  // Discord offers no message commands on private replies either: the bot could not fetch them.
  const commands = isEphemeral(message) ? [] : state.commands.filter((one) => one.type === 3 && available(one));
  for (const command of commands) {
    const data = { id: command.id, name: command.name, type: 3, target_id: message.id };
    list.push({ icon: "slash", label: localised(command), command: true, run: () => runCommand(data, [], localised(command)) });
  }
  return list;
}

/** @param {object} message @param {{x: number, y: number}} at @param {HTMLElement} opener gets the focus back */
export function openMenu(message, at, opener) {
  byId("message-menu")?.remove();
  const entries = items(message);
  const nodes = entries.map((entry, index) =>
    h(
      "button",
      { type: "button", role: "menuitem", tabindex: index ? "-1" : "0", class: "menu-item", on: { click: () => take(entry) } },
      entry.command ? h("img", { src: "/static/svg/seal.svg", alt: "", width: 16, height: 16 }) : icon(entry.icon),
      entry.label,
    ),
  );
  const firstCommand = entries.findIndex((one) => one.command);
  if (firstCommand > 0) nodes.splice(firstCommand, 0, h("div", { class: "menu-rule", role: "separator" }));
  const menu = h("div", { id: "message-menu", class: "popup menu", role: "menu", popover: "auto", "aria-label": t("actions") }, nodes);
  const buttons = nodes.filter((one) => one.matches("button"));

  function take(entry) {
    menu.hidePopover();
    entry.run();
  }

  menu.addEventListener("keydown", (event) => {
    const now = buttons.indexOf(document.activeElement);
    const moves = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 };
    if (event.key in moves) buttons.at(moves[event.key] % buttons.length).focus();
    else if (event.key === "Tab") menu.hidePopover();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  menu.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    if (menu.contains(document.activeElement) || document.activeElement === document.body) opener.focus({ preventScroll: true });
    menu.remove();
  });
  document.body.append(menu);
  menu.showPopover();
  placeAt(menu, at.x, at.y);
  buttons[0].focus();
}
