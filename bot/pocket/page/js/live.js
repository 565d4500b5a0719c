/** The live socket: frames in, reconnects with growing pauses, and the state fetched anew after each gap. */

import { getState, Refused, Unreachable } from "./api.js";

const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 10_000;

/** One owner of the connection; `onFrame` sees frames only after `onState` has taken the state they build on. */
export class Live {
  #socket = null;
  #timer = 0;
  #ticker = 0;
  #attempt = 0;
  #generation = 0;
  #who = { member: "", locale: "" };

  /**
   * @param {{onState: (state: object) => void, onFrame: (name: string, data: any) => void,
   *   onConnection: (status: "online" | "connecting" | "offline", seconds?: number) => void}} handlers
   */
  constructor(handlers) {
    this.handlers = handlers;
    // A laptop that wakes or a phone that returns should not wait out the pause.
    document.addEventListener("visibilitychange", () => !document.hidden && this.#timer && this.retryNow());
    window.addEventListener("online", () => this.#timer && this.retryNow());
  }

  /** @param {string} member @param {string} locale */
  connect(member, locale) {
    this.#who = { member, locale };
    this.#attempt = 0;
    this.#open();
  }

  retryNow() {
    this.#open();
  }

  #open() {
    const generation = ++this.#generation;
    clearTimeout(this.#timer);
    clearInterval(this.#ticker);
    this.#timer = 0;
    this.#socket?.close();
    this.handlers.onConnection("connecting");
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/pocket/live?${new URLSearchParams(this.#who)}`);
    this.#socket = socket;
    // Frames that arrive while the state is on its way wait here; replaying them over the newer state is harmless.
    let waiting = [];
    socket.addEventListener("message", (event) => {
      if (generation !== this.#generation) return;
      const frame = JSON.parse(event.data);
      if (waiting) waiting.push(frame);
      else this.handlers.onFrame(frame.t, frame.d);
    });
    socket.addEventListener("open", async () => {
      try {
        const state = await getState(this.#who.member);
        if (generation !== this.#generation) return;
        this.#attempt = 0;
        this.handlers.onState(state);
        for (const frame of waiting) this.handlers.onFrame(frame.t, frame.d);
        waiting = null;
        this.handlers.onConnection("online");
      } catch (error) {
        if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
        socket.close();
      }
    });
    socket.addEventListener("close", () => generation === this.#generation && this.#pause());
  }

  #pause() {
    const wait = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#attempt++) * (0.75 + Math.random() / 2);
    const until = Date.now() + wait;
    const tell = () => this.handlers.onConnection("offline", Math.max(1, Math.ceil((until - Date.now()) / 1000)));
    tell();
    clearInterval(this.#ticker);
    this.#ticker = setInterval(tell, 1000);
    this.#timer = setTimeout(() => this.#open(), wait);
  }
}
