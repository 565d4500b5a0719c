/**
 * Everything the page knows, in one place. Views listen; only the functions here change it.
 *
 * @typedef {{id: string, name: string, type: number, topic?: string | null, parent_id?: string | null}} Channel
 * @typedef {{id: string, name: string, role: "author" | "member" | "moderator", color?: number | string, permissions?: string}} Member
 * @typedef {{nonce: string, kind: "command" | "component" | "modal", channelId: string, label: string, messageId?: string,
 *   customId?: string, state: "sending" | "failed", error?: string, retry?: () => void}} Pending
 */

export const FLAG = { EPHEMERAL: 1 << 6, LOADING: 1 << 7, COMPONENTS_V2: 1 << 15 };
export const CHANNEL = { TEXT: 0, DM: 1, THREADS: new Set([10, 11, 12]) };

const bus = new EventTarget();

/**
 * @param {string} name state, channel, message, message-delete, presence, connection, pending, typing, locale, pulse
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
  bot: { id: "", name: "Colophon", status: "offline", activity: "", online: false },
  /** @type {object[]} */ commands: [],
  /** @type {Map<string, object[]>} */ messages: new Map(),
  /** @type {Map<string, Pending>} */ pending: new Map(),
  /** @type {Map<string, number>} */ unread: new Map(),
  /** @type {Set<string>} */ dismissed: new Set(),
  memberId: "",
  channelId: "",
};

/** @returns {Channel | undefined} */
export const channel = (id = state.channelId) => state.channels.find((one) => one.id === id);
/** @returns {Member | undefined} */
export const member = (id = state.memberId) => state.members.find((one) => one.id === id);

/** Name a channel as people say it. @param {Channel | undefined} one */
export function channelLabel(one) {
  if (!one) return "";
  return one.type === CHANNEL.DM ? `@${state.bot.name}` : `#${one.name}`;
}

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
  const kept = sameMember ? [...state.messages.values()].flat().filter(isEphemeral) : [];
  state.guild = fresh.guild;
  state.channels = fresh.channels;
  state.members = fresh.members;
  state.bot = { ...state.bot, ...fresh.bot };
  state.commands = fresh.commands ?? [];
  state.messages = new Map(Object.entries(fresh.messages ?? {}));
  for (const message of kept) {
    if (channel(message.channel_id) && !findMessage(message.channel_id, message.id)) insert(message);
  }
  for (const list of state.messages.values()) list.sort((a, b) => compareIds(a.id, b.id));
  if (!channel(state.channelId)) state.channelId = state.channels.find((one) => one.type === CHANNEL.TEXT)?.id ?? state.channels[0]?.id ?? "";
  if (!sameMember) state.unread.clear();
  state.ready = true;
  emit("state");
}

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
  if (isNew && message.channel_id !== state.channelId && message.author?.id !== state.memberId) {
    state.unread.set(message.channel_id, (state.unread.get(message.channel_id) ?? 0) + 1);
    emit("unread");
  }
  emit("message", { message: findMessage(message.channel_id, message.id), isNew });
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

/** @param {string} id */
export function openChannel(id) {
  if (!channel(id)) return;
  state.channelId = id;
  state.unread.delete(id);
  emit("channel");
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
