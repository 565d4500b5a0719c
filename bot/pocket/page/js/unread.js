/** What each member has read: kept between visits, so that a private draft that came meanwhile is not missed. */

import { readPref, writePref } from "./prefs.js";
import { compareIds, emit, messagesOf, state } from "./state.js";

/** The newest message read in each channel. @type {Map<string, string>} */
let read = new Map();
let owner = "";

const key = () => `read.${state.memberId}`;

/** Take what this member had read; a first visit begins with everything read. */
export function loadRead() {
  if (owner === state.memberId) return;
  owner = state.memberId;
  const kept = readPref(key());
  read = new Map(kept ? Object.entries(JSON.parse(kept)) : state.channels.map((one) => [one.id, messagesOf(one.id).at(-1)?.id ?? "0"]));
  keep();
}

const keep = () => writePref(key(), JSON.stringify(Object.fromEntries(read)));

/** @param {string} channelId @returns {string} the id of the newest message read there */
export const lastRead = (channelId) => read.get(channelId) ?? "0";

/** @param {string} channelId @returns {number} how many messages of others are newer than what was read */
export const unreadIn = (channelId) => messagesOf(channelId).filter((one) => one.author.id !== state.memberId && compareIds(one.id, lastRead(channelId)) > 0).length;

/** Everything in the open channel has been seen. */
export function markRead() {
  const newest = messagesOf(state.channelId).at(-1)?.id;
  if (!newest || owner !== state.memberId || compareIds(newest, lastRead(state.channelId)) <= 0) return;
  read.set(state.channelId, newest);
  keep();
  emit("unread");
}
