/** The page, put together: who looks, in which language, and what each frame of the server does. */

import { onAutocomplete, onInteraction } from "./actions.js";
import { announce } from "./announce.js";
import { setUpComposer } from "./composer.js";
import { byId, fill, h } from "./dom.js";
import { browserLocale, locale, setLocale, t, translateDocument } from "./i18n.js";
import { Live } from "./live.js";
import { setUpMessages } from "./messages.js";
import { openModal } from "./modal.js";
import { readPref, writePref } from "./prefs.js";
import { setUpSidebar } from "./sidebar.js";
import { setUpStatus } from "./status.js";
import { applyCommands, applyPresence, applyState, emit, on, removeMessage, state, upsertChannel, upsertMessage } from "./state.js";
import { startRelativeTimes } from "./time.js";

let lost = false;
let shownMember = "";

const FRAMES = {
  MESSAGE_CREATE: (message) => upsertMessage(message),
  MESSAGE_UPDATE: (message) => upsertMessage(message, false),
  MESSAGE_DELETE: ({ channel_id, id }) => removeMessage(channel_id, id),
  THREAD_CREATE: upsertChannel,
  CHANNEL_UPDATE: upsertChannel,
  PRESENCE: applyPresence,
  COMMANDS: applyCommands,
  TYPING: ({ channel_id }) => emit("typing", channel_id),
  INTERACTION: onInteraction,
  AUTOCOMPLETE: onAutocomplete,
  MODAL: (form) => {
    onInteraction({ nonce: form.nonce, state: "answered" });
    openModal(form);
  },
};

const live = new Live({
  onState: (fresh) => {
    if (!state.memberId) state.memberId = fresh.members[0]?.id ?? "";
    applyState(fresh, shownMember === state.memberId);
    shownMember = state.memberId;
  },
  onFrame: (name, data) => FRAMES[name]?.(data),
  onConnection,
});

function onConnection(status, seconds) {
  const bar = byId("connection");
  if (status === "online") {
    if (lost) announce(t("back-online"), true);
    lost = false;
    bar.hidden = true;
    return;
  }
  if (status === "offline") lost = true;
  bar.hidden = !lost && state.ready;
  const words = status === "offline" ? t("lost", { seconds }) : lost ? t("lost-now") : t("connecting");
  fill(bar, words, status === "offline" && h("button", { type: "button", class: "text-button", on: { click: () => live.retryNow() } }, t("retry-now")));
}

function connect() {
  live.connect(state.memberId, locale());
}

setLocale(readPref("locale") ?? browserLocale());
state.memberId = readPref("member") ?? "";
state.channelId = readPref("channel") ?? "";
translateDocument();
setUpMessages();
setUpComposer();
setUpStatus();
setUpSidebar({
  onMember: (id) => {
    state.memberId = id;
    state.pending.clear();
    writePref("member", id);
    connect();
  },
  onLocale: (name) => {
    setLocale(name);
    writePref("locale", name);
    translateDocument();
    emit("locale");
    connect();
  },
  onReset: () => {
    shownMember = "";
    connect();
  },
});
on("stale", connect);
on("channel", () => writePref("channel", state.channelId));
startRelativeTimes();
connect();
