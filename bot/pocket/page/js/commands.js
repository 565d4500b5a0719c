/** The bot's slash commands as a flat list of what can be run, in the reader's language. */

import { localised } from "./i18n.js";
import { CHANNEL, channel, member, state } from "./state.js";

const SLASH = 1;
const NESTED = new Set([1, 2]);
const IN_SERVER = 0;
const IN_DM = 1;

/**
 * @typedef {{english: string, label: string, description: string, options: object[], data: (options: object[]) => object}} Entry
 * `english` and `label` are the whole path, as "evidence export"; `data` builds Discord's interaction data.
 */

/** Whether a command is shown to this member in the open channel. @param {object} command */
export function available(command) {
  const here = channel()?.type === CHANNEL.DM ? IN_DM : IN_SERVER;
  const needed = BigInt(command.default_member_permissions ?? 0);
  const permitted = (BigInt(member()?.permissions ?? 0) & needed) === needed;
  return permitted && (!command.contexts || command.contexts.includes(here));
}

function flatten(command, node, path, wrap) {
  const inner = (node.options ?? []).filter((one) => NESTED.has(one.type));
  const here = [...path, node];
  if (inner.length) {
    return inner.flatMap((one) => flatten(command, one, here, (options) => wrap([{ type: one.type, name: one.name, options }])));
  }
  return [
    {
      english: here.map((one) => one.name).join(" "),
      label: here.map((one) => localised(one)).join(" "),
      description: localised(node, "description"),
      options: node.options ?? [],
      data: (options) => ({ id: command.id, name: command.name, type: SLASH, options: wrap(options) }),
    },
  ];
}

/** @returns {Entry[]} everything that can be run here, in the order of the alphabet */
export function entries() {
  const commands = state.commands.filter((one) => (one.type ?? SLASH) === SLASH && available(one));
  return commands.flatMap((one) => flatten(one, one, [], (options) => options)).sort((a, b) => a.label.localeCompare(b.label));
}

/** Those whose path or description holds what was typed, beginnings first. @param {string} typed */
export function matching(typed) {
  const words = typed.trim().toLowerCase();
  const rank = (entry) => {
    const names = [entry.label.toLowerCase(), entry.english.toLowerCase()];
    if (names.some((name) => name.startsWith(words))) return 0;
    if (names.some((name) => name.includes(words))) return 1;
    return entry.description.toLowerCase().includes(words) ? 2 : 3;
  };
  return entries().map((entry) => [rank(entry), entry]).filter(([at]) => at < 3).sort(([a], [b]) => a - b).map(([, entry]) => entry);
}
