/** Requests to the pocket server that served this page. */

/** The server understood and said no; `message` is its reason. */
export class Refused extends Error {}
/** The server could not be reached. */
export class Unreachable extends Error {}

async function request(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    // fetch() reports every kind of broken connection as a TypeError.
    if (error instanceof TypeError) throw new Unreachable(error.message);
    throw error;
  }
  const text = await response.text();
  const body = response.headers.get("Content-Type")?.includes("json") && text ? JSON.parse(text) : {};
  if (!response.ok) throw new Refused(body.error ?? body.message ?? `${response.status} ${response.statusText}`);
  return body;
}

function form(payload, files) {
  const data = new FormData();
  data.set("payload_json", JSON.stringify(payload));
  files.forEach((file, index) => data.set(`files[${index}]`, file, file.name));
  return data;
}

const query = (args) => new URLSearchParams(args).toString();

/** @param {string} member may be empty on the first visit */
export const getState = (member) => request(`/pocket/state?${query(member ? { member } : {})}`, {});

/** @param {string} member @param {string} locale @param {object} payload @param {File[]} [files] */
export const postInteraction = (member, locale, payload, files = []) =>
  request(`/pocket/interactions?${query({ member, locale })}`, { method: "POST", body: form(payload, files) });

/** @param {string} member @param {object} payload @param {File[]} files */
export const postMessage = (member, payload, files) =>
  request(`/pocket/messages?${query({ member })}`, { method: "POST", body: form(payload, files) });

/** @param {string} member @param {{channel_id: string, message_id: string, name: string}} payload @returns {Promise<object>} the thread */
export const postThread = (member, payload) =>
  request(`/pocket/threads?${query({ member })}`, { method: "POST", body: JSON.stringify(payload), headers: { "Content-Type": "application/json" } });

export const postReset = () => request("/pocket/reset", { method: "POST" });
