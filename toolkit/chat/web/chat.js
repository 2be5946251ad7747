// @ts-check
/**
 * A chat client for browsers that stays connected: plain ES modules, no dependency, no build step.
 *
 *     const chat = new ChatClient("wss://chat.example/ws", { token });
 *     chat.addEventListener("state", () => show(chat.state));
 *     await chat.join("tea");
 *     await chat.publish("tea", "hello");
 *     for await (const event of chat) show(event);
 *
 * The messages on the wire are described in `toolkit/chat/protocol.py`.
 *
 * The session is kept in memory and not in sessionStorage, which a duplicated tab copies: the two would take
 * the session from each other for ever. So a reload is a new session.
 */

import { Connection, isToken, nowS, refusal } from "./connection.js";
import { Position } from "./position.js";
import { Receipts } from "./receipts.js";
import { ChatError, Requests, newId } from "./requests.js";
import { Room } from "./room.js";
import { Backoff, UNTOLD, backoffS, toldTimers } from "./timing.js";

export { ChatError } from "./requests.js";

const CLOSE_POLICY = 1008;
const CLOSE_TAKEN_OVER = 4409;
/** Asking again would get the same answer: no or a wrong token, a forbidden origin, no chat there. */
const FINAL_STATUSES = new Set([401, 403, 404]);
const FINAL_STATES = new Set(["taken over", "refused", "closed"]);

/**
 * @typedef {{ name: "connecting" } | { name: "connected", user: string }
 *   | { name: "reconnecting", retryAt: Date } | { name: "taken over" }
 *   | { name: "refused", status: number | null, reason: string } | { name: "closed" }} State
 * The last three are final: to connect again takes a new client.
 *
 * @typedef {object} ChatEvent what the iteration gives, and the `detail` of the event that is named `type`
 * @property {"message" | "direct" | "notrecovered"} type
 * @property {string | null} room null for the inbox
 * @property {string} [from]
 * @property {any} [data]
 * @property {string} [epoch] of the numbering
 * @property {number} [offset] its number there
 * @property {string} [id]
 */

/**
 * A client that connects at once and stays connected.
 *
 * Events, each with a `detail`: `state` ({@link State}); `message`, `direct` and `notrecovered`
 * ({@link ChatEvent}); `joined` (`{room, offset, recovered, missed}`, after each reconnect again); `error`
 * (`{code, message}`, where the server refused a frame that no promise waits for).
 */
export class ChatClient extends EventTarget {
  /** Who we are to others; null before the first connection. @type {string | null} */
  user = null;
  /** @type {State} */
  state = { name: "connecting" };

  #url;
  #token;
  #timers = UNTOLD;
  /** @type {Connection | null} */
  #connection = null;
  /** @type {string | null} */
  #session = null;
  #inbox = new Position();
  /** @type {Map<string, Room>} */
  #rooms = new Map();
  #requests = new Requests();
  #receipts = new Receipts((message) => this.#connection?.ready && this.#send(message));
  #backoff = new Backoff();
  #retryAtS = 0;
  #retryWasTold = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #listening = new AbortController();

  /**
   * @param {string | URL} url such as `wss://chat.example/ws`
   * @param {{ token?: string }} options a signed token, where the server asks for one; it travels as a
   *   subprotocol and not in the address, which logs keep
   */
  constructor(url, { token } = {}) {
    super();
    this.#url = new URL(url);
    this.#token = token;
    this.#listen();
    this.#open();
  }

  /**
   * Be in a room from now on, after reconnects too.
   * @param {string} name
   * @returns {Promise<import("./room.js").Joined>}
   */
  join(name) {
    const known = this.#rooms.get(name);
    if (known) return known.joined;
    const room = new Room(name);
    if (FINAL_STATES.has(this.state.name)) room.reject(this.#ended());
    else this.#rooms.set(name, room);
    if (this.#connection?.ready) this.#send(room.join());
    return room.joined;
  }

  /** Be no longer in a room. @param {string} name */
  leave(name) {
    this.#rooms.get(name)?.reject(new ChatError("left", "the room was left"));
    this.#receipts.forget(name);
    if (this.#rooms.delete(name) && this.#connection?.ready) this.#send({ type: "leave", room: name });
  }

  /**
   * Send to all others in a room. It is sent again after each loss, in order, until the server has it. Others
   * get it once while the session lives; where that expires before the answer, a second copy has the same id.
   * @param {string} room
   * @param {any} data
   * @returns {Promise<{ epoch: string, offset: number, duplicate: boolean }>} its place among the room's
   *   messages; rejects where the server refuses it, where it is too large, and when the client ends
   */
  publish(room, data) {
    return this.#request({ type: "publish", room, data, id: newId() });
  }

  /** Send to one user. @param {string} to @param {any} data @returns {Promise<{ duplicate: boolean }>} */
  direct(to, data) {
    return this.#request({ type: "direct", to, data, id: newId() });
  }

  /** The users in a room one is in, sorted. @param {string} room @returns {Promise<string[]>} */
  who(room) {
    return this.#request({ type: "who", room });
  }

  /**
   * The newest messages of a room one is in, oldest first.
   * @param {string} room
   * @param {number} limit
   * @returns {Promise<ChatEvent[]>}
   */
  history(room, limit) {
    return this.#request({ type: "history", room, limit });
  }

  /** End the session and the connection. What waits for an answer is rejected. */
  close() {
    if (this.#connection?.hello) this.#send({ type: "bye" });
    this.#end({ name: "closed" });
  }

  /** Messages, direct messages and losses, from now until the client ends. */
  async *[Symbol.asyncIterator]() {
    /** @type {ChatEvent[]} */
    const waiting = [];
    let wake = () => {};
    const listening = new AbortController();
    const note = (/** @type {any} */ event) => {
      if (event.type !== "state") waiting.push(event.detail);
      wake();
    };
    for (const type of ["message", "direct", "notrecovered", "state"]) {
      this.addEventListener(type, note, { signal: listening.signal });
    }
    try {
      while (waiting.length > 0 || !FINAL_STATES.has(this.state.name)) {
        const event = waiting.shift();
        if (event) yield event;
        else await new Promise((resolve) => { wake = () => resolve(null); });
      }
    } finally {
      listening.abort();
    }
  }

  #listen() {
    const options = { signal: this.#listening.signal };
    const seen = () => this.#wake(globalThis.document?.visibilityState !== "hidden");
    for (const type of ["visibilitychange", "resume"]) {
      globalThis.document?.addEventListener(type, seen, options);
    }
    globalThis.addEventListener?.("pageshow", seen, options);
    globalThis.addEventListener?.("online", () => this.#wake(true), options);
    globalThis.addEventListener?.("offline", () => this.#wake(false), options);
    globalThis.addEventListener?.("pagehide", (event) => this.#hide(event), options);
  }

  /** @param {boolean} soon whether an attempt that is due later should come soon */
  #wake(soon) {
    if (this.#connection) return this.#connection.wake();
    // What the server asked to wait is waited all the same.
    if (soon && !this.#retryWasTold) {
      this.#retryAtS = Math.min(this.#retryAtS, nowS() + backoffS(0, this.#timers));
    }
    this.#await();
  }

  /**
   * A page that is left for good says bye, so that others do not see its user until the session expires. One
   * that may come back closes without, because browsers keep no page that has an open socket, and resumes
   * when it is shown again.
   * @param {any} event
   */
  #hide(event) {
    if (!event.persisted) this.close();
    else if (this.#connection) this.#lose();
  }

  #open() {
    if (this.#token !== undefined && !isToken(this.#token)) {
      return this.#end({ name: "refused", status: null, reason: "this is no token" });
    }
    const connection = new Connection(
      this.#url,
      this.#token,
      (message) => this.#hear(connection, message),
      (end) => this.#over(connection, end),
    );
    this.#connection = connection;
  }

  /** @param {Connection} connection @param {import("./connection.js").End} end */
  async #over(connection, { code, reason, opened }) {
    if (code === CLOSE_TAKEN_OVER) return this.#end({ name: "taken over" });
    if (code === CLOSE_POLICY) return this.#end({ name: "refused", status: null, reason });
    // Where nobody answered in time, nobody would say why.
    const answer = code === null || opened ? null : await refusal(this.#url, this.#token);
    if (connection !== this.#connection) return;
    if (answer && FINAL_STATUSES.has(answer.status)) {
      return this.#end({ name: "refused", status: answer.status, reason: answer.reason });
    }
    this.#lose(answer?.retryAfterS);
  }

  /** Forget the connection and come back. @param {number | null} retryAfterS */
  #lose(retryAfterS = null) {
    const connection = this.#connection;
    this.#connection = null;
    connection?.forget();
    this.#backoff.lived(connection?.ageS ?? 0, this.#timers);
    const told = { backInS: connection?.backInS, retryAfterS };
    const waitS = this.#backoff.nextS(this.#timers, told);
    this.#retryWasTold = Object.values(told).some(Number.isFinite);
    this.#retryAtS = nowS() + waitS;
    this.#await();
    this.#become({ name: "reconnecting", retryAt: new Date(Date.now() + waitS * 1000) });
  }

  /** Open when it is time. */
  #await() {
    clearTimeout(this.#timer);
    const waitS = this.#retryAtS - nowS();
    if (waitS > 0) this.#timer = setTimeout(() => this.#await(), waitS * 1000 + 1);
    else this.#open();
  }

  /** @param {State} state a final one */
  #end(state) {
    if (FINAL_STATES.has(this.state.name)) return;
    this.#listening.abort();
    clearTimeout(this.#timer);
    this.#connection?.forget();
    this.#connection = null;
    this.#become(state);
    this.#requests.rejectAll(this.#ended());
    for (const room of this.#rooms.values()) room.reject(this.#ended());
    this.#rooms.clear();
  }

  #ended() {
    return new ChatError(this.state.name, `the client is ${this.state.name}`);
  }

  /** @param {State} state */
  #become(state) {
    this.state = state;
    this.#tell("state", state);
  }

  /** @param {string} type @param {any} detail */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** @param {string | null} room */
  #tellNotRecovered(room) {
    this.#tell("notrecovered", { type: "notrecovered", room });
  }

  /** @param {Connection} connection @param {any} message */
  #hear(connection, message) {
    switch (message.type) {
      case "hello": return this.#greeted(connection, message);
      case "resumed": return this.#resumed(connection, message);
      case "joined": return this.#joined(message);
      case "message": return this.#take(message);
      case "direct": return this.#takeDirect(message);
      case "ack": return this.#acked(message);
      case "history": return this.#requests.resolve(message.ref, message.messages);
      case "members": return this.#requests.resolve(message.ref, message.users);
      case "closing": return void (connection.backInS = message.reconnect_after_s);
      case "error": return this.#refused(connection, message);
    }
  }

  /** @param {Connection} connection @param {Record<string, any>} hello */
  #greeted(connection, hello) {
    this.#timers = toldTimers(hello, this.#timers);
    connection.greet(hello, this.#timers);
    if (this.#session === null) return this.#begin(connection);
    // The new session has the same inbox where a token says who we are, so what it brings is held.
    this.#inbox.ask();
    this.#send({ type: "resume", session: this.#session, inbox: this.#inbox.after, ref: "resume" });
  }

  /** Go on as the session that hello named. @param {Connection} connection */
  #begin(connection) {
    const { session, user, inbox } = /** @type {Record<string, any>} */ (connection.hello);
    const { epoch, offset } = this.#inbox;
    this.#session = session;
    const held = this.#inbox.answered({ ...inbox, recovered: null, missed: 0 });
    // An inbox is sent again only to a session that goes on.
    if (epoch !== null && (epoch !== inbox.epoch || offset !== inbox.offset)) this.#tellNotRecovered(null);
    for (const direct of held) this.#deliver(null, direct);
    this.#settled(connection, user);
  }

  /** @param {Connection} connection @param {Record<string, any>} message */
  #resumed(connection, { session, user, inbox }) {
    this.#session = session;
    const held = this.#inbox.answered(inbox);
    if (inbox.recovered === false) this.#tellNotRecovered(null);
    for (const direct of held) this.#deliver(null, direct);
    this.#settled(connection, user);
  }

  /** @param {Connection} connection @param {string} user */
  #settled(connection, user) {
    connection.ready = true;
    this.user = user;
    for (const room of this.#rooms.values()) this.#send(room.join());
    this.#flush(null);
    this.#become({ name: "connected", user });
  }

  /** @param {any} message */
  #joined({ room: name, ref, epoch, offset, recovered, missed }) {
    const room = this.#rooms.get(name);
    if (!room || room.ref !== ref) return;
    const held = room.position.answered({ epoch, offset, recovered, missed });
    room.resolve({ offset, recovered, missed });
    this.#tell("joined", { room: name, offset, recovered, missed });
    if (recovered === false) this.#tellNotRecovered(name);
    for (const each of held) this.#deliver(name, each);
    this.#flush(name);
  }

  /** @param {any} message */
  #take(message) {
    if (this.#place(message, false) !== "new") return;
    this.#deliver(message.room, message);
    this.#flush(message.room);
  }

  /**
   * Where it stands in its room; a gap is asked for.
   * @param {any} message
   * @param {boolean} own whether it is the acknowledgement of an own one
   */
  #place(message, own) {
    const room = this.#rooms.get(message.room);
    const place = room?.position.take(message, own);
    if (room && place === "gap") this.#send(room.join());
    return place;
  }

  /** @param {any} message */
  #takeDirect(message) {
    const place = this.#inbox.take(message);
    if (place === "new") this.#deliver(null, message);
    // What is missing of an inbox is sent when the session is resumed.
    else if (place === "gap") this.#lose();
  }

  /** @param {string | null} room null for the inbox @param {any} message */
  #deliver(room, message) {
    const { type, epoch, offset, id } = message;
    if (this.#timers.acknowledge) this.#receipts.add(room, offset);
    // One of our own comes back where its session expired before it was acknowledged.
    if (room !== null && this.#requests.resolve(id, { epoch, offset, duplicate: true })) return;
    this.#tell(type, { ...message, room });
  }

  /** @param {any} message */
  #acked(message) {
    const { id, room, epoch, offset, duplicate } = message;
    this.#requests.resolve(id, room === undefined ? { duplicate } : { epoch, offset, duplicate });
    if (room !== undefined && !duplicate) this.#place(message, true);
  }

  /** @param {Connection} connection @param {any} error */
  #refused(connection, { code, message, ref }) {
    if (ref === "resume") return this.#begin(connection);
    const error = new ChatError(code, message);
    if (this.#requests.reject(ref, error)) return;
    const room = [...this.#rooms.values()].find((each) => each.ref === ref);
    if (!room) return this.#tell("error", { code, message });
    this.#rooms.delete(room.name);
    room.reject(error);
    this.#flush(room.name);
  }

  /** @param {Record<string, any>} message */
  #send(message) {
    this.#connection?.send(message);
  }

  /** @param {Record<string, any>} message @returns {Promise<any>} */
  async #request(message) {
    if (FINAL_STATES.has(this.state.name)) throw this.#ended();
    const answer = this.#requests.add(message);
    this.#flush(message.room ?? null);
    return answer;
  }

  /**
   * Send what waits for a room, once all that was missed there has come, or what waits for none.
   * @param {string | null} name
   */
  #flush(name) {
    const position = name === null ? undefined : this.#rooms.get(name)?.position;
    if (!this.#connection?.ready || position?.current === false) return;
    this.#requests.send(name, this.#connection, this.#timers.max_message_bytes);
  }
}
