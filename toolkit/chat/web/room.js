// @ts-check
import { Position } from "./position.js";
import { newId } from "./requests.js";

/**
 * @typedef {object} Joined
 * @property {number} offset of the room's newest message
 * @property {boolean | null} recovered false where something is gone for good, null where nothing was asked
 * @property {number} missed how many messages follow that were missed
 */

/** A room that the client is in or wants to be in. */
export class Room {
  position = new Position();
  /** Of the newest join; answers to older ones do not count. */
  ref = "";
  /** Settled with the first answer. @type {Promise<Joined>} */
  joined;
  /** @type {(joined: Joined) => void} */
  resolve = () => {};
  /** @type {(error: Error) => void} */
  reject = () => {};

  /** @param {string} name */
  constructor(name) {
    this.name = name;
    this.joined = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
    // Who does not wait for the promise must not get an unhandled rejection.
    this.joined.catch(() => {});
  }

  /** The message that joins, from where we are. */
  join() {
    this.ref = newId();
    this.position.ask();
    return { type: "join", room: this.name, ref: this.ref, ...this.position.after };
  }
}
