// @ts-check
import { Watch, retryAfterS } from "./timing.js";

const SUBPROTOCOL = "chat.v1";
const BEARER = "bearer.";

/** Longest time until the server's hello. The server cannot tell it, as it is over when it speaks. */
const OPEN_S = 10;
/** What a subprotocol may consist of: a token of RFC 9110. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * @typedef {object} End how a connection ended
 * @property {number | null} code of the close frame, 1006 without one, null where the server was given up
 * @property {string} reason
 * @property {boolean} opened whether the handshake had succeeded
 */

/** Seconds on a clock that nobody sets. */
export function nowS() {
  return performance.now() / 1000;
}

/** Whether a text can travel as a token. The browser's own complaint would show it. @param {string} text */
export function isToken(text) {
  return TOKEN.test(text);
}

/**
 * Why the server refuses a handshake: browsers do not show it, so the same is asked by plain HTTP. Another
 * origin's answer is hidden as well unless it lets this one read it: null, as where nobody answers.
 * @param {URL} url
 * @param {string | undefined} token
 */
export async function refusal(url, token) {
  /** @type {Record<string, string>} */
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const signal = AbortSignal.timeout(OPEN_S * 1000);
  try {
    const response = await fetch(url.href.replace(/^ws/, "http"), { headers, signal, cache: "no-store" });
    const reason = (await response.text()).trim().slice(0, 200);
    const { status, headers: said } = response;
    return { status, reason, retryAfterS: retryAfterS(said.get("Retry-After"), said.get("Date")) };
  } catch {
    return null;
  }
}

/**
 * One connection: it answers heartbeats, and gives up a server that stays silent.
 *
 * Browsers slow the timers of hidden tabs down to one a minute and stop those of frozen tabs. So heartbeats
 * are answered where they arrive, and the timer only looks whether an absolute time has passed: a late one
 * makes a dead server found later and never drops a healthy connection.
 */
export class Connection {
  /** The server's first message. @type {Record<string, any> | null} */
  hello = null;
  /** Whether the session is settled; until then nothing but `resume` may be sent. */
  ready = false;
  /** When a server that closes wants to see us again. @type {number | null} */
  backInS = null;

  #socket;
  #hear;
  #end;
  #opened = false;
  #sinceS = 0;
  #watch = new Watch(OPEN_S / 2, OPEN_S / 2, nowS());
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {URL} url
   * @param {string | undefined} token
   * @param {(message: any) => void} hear takes each message but heartbeats
   * @param {(end: End) => void} end
   */
  constructor(url, token, hear, end) {
    this.#hear = hear;
    this.#end = end;
    this.#socket = new WebSocket(url, token === undefined ? [SUBPROTOCOL] : [SUBPROTOCOL, BEARER + token]);
    this.#socket.onopen = () => { this.#opened = true; };
    this.#socket.onmessage = (event) => this.#receive(event.data);
    this.#socket.onclose = (event) => this.#over(event.code, event.reason);
    this.#arm();
  }

  /** Seconds since hello. */
  get ageS() {
    return this.hello ? nowS() - this.#sinceS : 0;
  }

  /**
   * Notes hello and the timers that count from now on.
   * @param {Record<string, any>} hello
   * @param {import("./timing.js").Timers} timers
   */
  greet(hello, timers) {
    this.hello = hello;
    this.#sinceS = nowS();
    this.#watch = new Watch(timers.client_interval_s, timers.client_wait_s, nowS());
    this.#arm();
  }

  /** @param {Record<string, any>} message */
  send(message) {
    this.sendFrame(JSON.stringify(message));
  }

  /** @param {string} frame */
  sendFrame(frame) {
    this.#socket.send(frame);
  }

  /** Looks at once: the tab or the network has changed, and timers may have been held back. */
  wake() {
    if (this.ready && this.#watch.probe(nowS())) this.send({ type: "ping" });
    this.#look();
  }

  /** Lets the socket go without waiting for `close`, which on a dead network may never fire. */
  forget() {
    clearTimeout(this.#timer);
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close(1000);
  }

  /** @param {any} frame */
  #receive(frame) {
    this.#watch.heard(nowS());
    const message = parse(frame);
    if (message?.type === "ping") this.send({ type: "pong" });
    else if (message) this.#hear(message);
  }

  #look() {
    const verdict = this.#watch.judge(nowS());
    if (verdict === "lose") return this.#over(null);
    if (verdict === "ask" && this.ready) this.send({ type: "ping" });
    this.#arm();
  }

  /** @param {number | null} code @param {string} reason */
  #over(code, reason = "") {
    this.forget();
    this.#end({ code, reason, opened: this.#opened });
  }

  #arm() {
    clearTimeout(this.#timer);
    const waitMs = Math.max(this.#watch.dueS - nowS(), 0) * 1000 + 1;
    this.#timer = setTimeout(() => this.#look(), waitMs);
  }
}

/** @param {any} frame @returns {any} null where it is no JSON */
function parse(frame) {
  try {
    return JSON.parse(frame);
  } catch {
    return null;
  }
}
