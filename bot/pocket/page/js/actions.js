/** What a person does to the bot: commands, presses, forms, messages; and how each turns out. */

import { postInteraction, postMessage, Refused, Unreachable } from "./api.js";
import { locale, t } from "./i18n.js";
import { addPending, failPending, settlePending, state } from "./state.js";

/** The pocket answers "failed" after Discord's three seconds; this is for a server that died in between. */
const GIVE_UP_MS = 15_000;

/** @returns {string} Discord takes nonces of up to 25 characters */
const newNonce = () => crypto.randomUUID().replaceAll("-", "").slice(0, 24);

/** @type {Map<string, (outcome: {ok: boolean, error?: string}) => void>} forms waiting for their answer */
const forms = new Map();
/** @type {Map<string, (choices: object[]) => void>} */
const lookups = new Map();

/** @param {unknown} error @returns {string} a sentence for the person; anything unexpected goes on up */
export function explain(error) {
  if (error instanceof Unreachable) return t("error-network");
  if (error instanceof Refused) return error.message;
  throw error;
}

async function send(payload, files) {
  try {
    await postInteraction(state.memberId, locale(), payload, files);
    setTimeout(() => state.pending.get(payload.nonce)?.state === "sending" && failPending(payload.nonce), GIVE_UP_MS);
  } catch (error) {
    failPending(payload.nonce, explain(error));
  }
}

/** @param {object} data Discord's command data @param {File[]} files @param {string} label as the waiting row shows it */
export function runCommand(data, files, label) {
  const nonce = newNonce();
  const channelId = state.channelId;
  const retry = () => {
    settlePending(nonce);
    runCommand(data, files, label);
  };
  addPending({ nonce, kind: "command", channelId, label, state: "sending", retry });
  return send({ type: 2, nonce, channel_id: channelId, data }, files);
}

/** @param {object} message @param {object} data component_type, custom_id, values */
export function pressComponent(message, data) {
  // A second failure replaces the first one's note.
  for (const old of state.pending.values()) if (old.messageId === message.id) settlePending(old.nonce);
  const nonce = newNonce();
  addPending({ nonce, kind: "component", channelId: message.channel_id, label: "", messageId: message.id, customId: data.custom_id, state: "sending" });
  return send({ type: 3, nonce, channel_id: message.channel_id, message_id: message.id, data }, []);
}

/**
 * Send a filled form.
 * @returns {Promise<{ok: boolean, error?: string}>} resolves when the bot took it, or did not
 */
export async function submitForm(interactionId, data, files) {
  const nonce = newNonce();
  const outcome = new Promise((resolve) => forms.set(nonce, resolve));
  const timer = setTimeout(() => settleForm(nonce, { ok: false }), GIVE_UP_MS);
  try {
    await postInteraction(state.memberId, locale(), { type: 5, nonce, channel_id: state.channelId, interaction_id: interactionId, data }, files);
  } catch (error) {
    settleForm(nonce, { ok: false, error: explain(error) });
  }
  return outcome.finally(() => clearTimeout(timer));
}

function settleForm(nonce, outcome) {
  forms.get(nonce)?.(outcome);
  forms.delete(nonce);
}

/** Ask the bot for choices of the option that has `focused` set. @param {object} data @returns {Promise<object[]>} */
export async function lookUp(data) {
  const nonce = newNonce();
  const answer = new Promise((resolve) => {
    lookups.set(nonce, resolve);
    // Discord shows no error for a late autocomplete either: an empty list, and typing on asks again.
    setTimeout(() => settleLookup(nonce, []), 4_000);
  });
  try {
    await postInteraction(state.memberId, locale(), { type: 4, nonce, channel_id: state.channelId, data });
  } catch (error) {
    explain(error);
    settleLookup(nonce, []);
  }
  return answer;
}

function settleLookup(nonce, choices) {
  lookups.get(nonce)?.(choices);
  lookups.delete(nonce);
}

/** A frame about one of our interactions. @param {{nonce: string, state: string, error?: string}} frame */
export function onInteraction({ nonce, state: outcome, error }) {
  const failed = outcome === "failed";
  settleForm(nonce, { ok: !failed, error });
  if (failed) failPending(nonce, error);
  else settlePending(nonce);
}

/** @param {{nonce: string, choices: object[]}} frame */
export const onAutocomplete = ({ nonce, choices }) => settleLookup(nonce, choices);

/** @param {string} content @param {File[]} files @param {string} [replyTo] @returns {Promise<object>} the message */
export function say(content, files, replyTo) {
  return postMessage(state.memberId, { channel_id: state.channelId, content, ...(replyTo ? { reply_to: replyTo } : {}) }, files);
}
