/**
 * Everything the page knows, in one place. Views listen; only the functions here change it.
 *
 * @typedef {{id: string, name: string, type: number, topic?: string | null, parent_id?: string | null}} Channel
 * @typedef {{id: string, name: string, role: "author" | "member" | "moderator", color?: number | string, permissions?: string}} Member
 * @typedef {{id: string, name: string, color?: string}} Role
 * @typedef {{nonce: string, kind: "command" | "component" | "modal", channelId: string, label: string, messageId?: string,
 *   customId?: string, state: "sending" | "failed", error?: string, retry?: () => void}} Pending
 */

export const FLAG = { EPHEMERAL: 1 << 6, LOADING: 1 << 7, COMPONENTS_V2: 1 << 15 };
export const CHANNEL = { TEXT: 0, DM: 1, THREADS: new Set([10, 11, 12]) };

const bus = new EventTarget();

/**
 * @param {string} name state, channel, message, message-delete, unread, presence, commands, pending, typing, locale, reply, compose, stale
 * @param {(detail: any) => void} listener
 */
export const on = (name, listener) => bus.addEventListener(name, (event) => listener(event.detail));

/** @param {string} name @param {unknown} [detail] */
export const emit = (name, detail) => bus.dispatchEvent(new CustomEvent(name, { detail }));

export const state = {
  ready: false,
  guild: { id: "", name: "" },
  /** @type {Channel[]} */ channels: [],
  /** @type {Member[]} */ members: [],
  /** @type {Role[]} */ roles: [],
  bot: { id: "", name: "Colophon", status: "offline", activity: "", online: false },
  /** @type {object[]} */ commands: [],
  /** @type {Map<string, object[]>} */ messages: new Map(),
  /** @type {Map<string, Pending>} */ pending: new Map(),
  /** @type {Set<string>} */ dismissed: new Set(),
  memberId: "",
  channelId: "",
};

/** @returns {Channel | undefined} */
export const channel = (id = state.channelId) => state.channels.find((one) => one.id === id);
/** @returns {Member | undefined} */
export const member = (id = state.memberId) => state.members.find((one) => one.id === id);

/** @param {Channel | undefined} one */
export const isThread = (one) => CHANNEL.THREADS.has(one?.type);

/** Name a channel as people say it. @param {Channel | undefined} one */
export function channelLabel(one) {
  if (!one) return "";
  if (one.type === CHANNEL.DM) return `@${state.bot.name}`;
  return isThread(one) ? one.name : `#${one.name}`;
}

/** @param {Role | undefined} one */
export const roleLabel = (one) => (one ? `@${one.name.replace(/^@/, "")}` : "@?");

/** Channels that can be picked, of the wanted types where any are named. @param {number[] | undefined} types */
export const channelsFor = (types) => state.channels.filter((one) => one.type !== CHANNEL.DM && (!types?.length || types.includes(one.type)));

/** Snowflakes are too long for numbers; longer means later, then the digits decide. */
export const compareIds = (a, b) => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

/** @param {object} message */
export const isEphemeral = (message) => Boolean(message.ephemeral) || Boolean((message.flags ?? 0) & FLAG.EPHEMERAL);

/** @param {string} channelId @returns {object[]} oldest first */
export const messagesOf = (channelId) => state.messages.get(channelId) ?? [];

/** @param {string} channelId @param {string} id */
export const findMessage = (channelId, id) => messagesOf(channelId).find((one) => one.id === id);

/**
 * Take a whole answer of /pocket/state.
 * @param {object} fresh
 * @param {boolean} sameMember on a reconnect the private replies are kept: the server need not remember them
 */
export function applyState(fresh, sameMember) {
  const wasDirect = channel()?.type === CHANNEL.DM;
  const kept = sameMember ? [...state.messages.values()].flat().filter(isEphemeral) : [];
  state.guild = fresh.guild;
  state.channels = fresh.channels;
  state.members = fresh.members;
  state.roles = fresh.roles ?? [];
  state.bot = { ...state.bot, ...fresh.bot };
  state.commands = fresh.commands ?? [];
  state.messages = new Map(Object.entries(fresh.messages ?? {}));
  for (const message of kept) {
    if (channel(message.channel_id) && !findMessage(message.channel_id, message.id)) insert(message);
  }
  for (const list of state.messages.values()) list.sort((a, b) => compareIds(a.id, b.id));
  if (!channel(state.channelId)) state.channelId = firstChannel(wasDirect ? CHANNEL.DM : CHANNEL.TEXT);
  state.ready = true;
  emit("state");
}

/** Each member has a direct channel of their own: who leaves one by changing seats arrives in the other. */
const firstChannel = (type) => (state.channels.find((one) => one.type === type) ?? state.channels[0])?.id ?? "";

function insert(message) {
  const list = state.messages.get(message.channel_id) ?? [];
  const at = list.findLastIndex((one) => compareIds(one.id, message.id) < 0);
  list.splice(at + 1, 0, message);
  state.messages.set(message.channel_id, list);
}

/** @param {object} message @param {boolean} [fresh] false for edits, which are never news */
export function upsertMessage(message, fresh = true) {
  if (state.dismissed.has(message.id)) return;
  const list = messagesOf(message.channel_id);
  const index = list.findIndex((one) => one.id === message.id);
  if (index >= 0) list[index] = { ...list[index], ...message };
  else insert(message);
  const isNew = index < 0 && fresh;
  emit("message", { message: findMessage(message.channel_id, message.id), isNew });
  if (isNew) emit("unread");
}

/** @param {string} channelId @param {string} id */
export function removeMessage(channelId, id) {
  const list = messagesOf(channelId);
  const index = list.findIndex((one) => one.id === id);
  if (index < 0) return;
  list.splice(index, 1);
  emit("message-delete", { channelId, id });
}

/** Put away a private reply for good on this page. @param {object} message */
export function dismiss(message) {
  state.dismissed.add(message.id);
  removeMessage(message.channel_id, message.id);
}

/** @param {string} id @param {string} [messageId] the message to go to there */
export function openChannel(id, messageId) {
  if (!channel(id)) return;
  state.channelId = id;
  emit("channel", messageId);
}

/** A channel that is new, such as a thread, or one that changed. @param {Channel} fresh */
export function upsertChannel(fresh) {
  const known = channel(fresh.id);
  if (known) Object.assign(known, fresh);
  else state.channels.push(fresh);
  emit("unread");
}

/** @param {object} presence */
export function applyPresence(presence) {
  Object.assign(state.bot, presence);
  emit("presence");
}

/** @param {object[]} commands */
export function applyCommands(commands) {
  state.commands = commands;
  emit("commands");
}

/** @param {Pending} pending */
export function addPending(pending) {
  state.pending.set(pending.nonce, pending);
  emit("pending", pending);
}

/** @param {string} nonce */
export function settlePending(nonce) {
  const pending = state.pending.get(nonce);
  if (!pending) return;
  state.pending.delete(nonce);
  emit("pending", pending);
}

/** @param {string} nonce @param {string} [error] the reason, where one was given */
export function failPending(nonce, error) {
  const pending = state.pending.get(nonce);
  if (!pending) return;
  pending.state = "failed";
  pending.error = error;
  emit("pending", pending);
}
