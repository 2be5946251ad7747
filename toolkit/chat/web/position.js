// @ts-check
/** Messages that are kept while an answer is awaited; more are fetched again. */
const MAX_HELD = 1_000;

/** @typedef {{ epoch: string, offset: number }} Numbered a message, or the acknowledgement of an own one */

/** How far a numbered stream was received, a room's or the inbox, and what is missing of it. */
export class Position {
  /** @type {string | null} */
  epoch = null;
  offset = 0;
  #asked = true;
  #missing = 0;
  #until = 0;
  /** @type {Numbered[]} */
  #held = [];

  /** Whether it was answered and all that was missed has come. */
  get current() {
    return !this.#asked && this.#missing === 0;
  }

  /** The fields that ask for what came after; none where nothing is known. */
  get after() {
    return this.epoch === null ? {} : { epoch: this.epoch, after: this.offset };
  }

  /** Notes that the position was sent: what comes until the answer is held. */
  ask() {
    this.#asked = true;
  }

  /**
   * The held messages that will not come again, in order.
   * @param {Numbered & { recovered: boolean | null, missed: number }} answer
   * @returns {any[]}
   */
  answered({ epoch, offset, recovered, missed }) {
    const known = epoch === this.epoch ? this.offset : 0;
    const held = recovered ? [] : this.#held.filter((one) => one.epoch === epoch && one.offset > known);
    this.#held = [];
    this.#asked = false;
    this.#missing = recovered ? missed : 0;
    this.#until = offset;
    this.epoch = epoch;
    if (this.#missing === 0) this.offset = offset;
    return held.filter((one) => one.offset <= offset || this.take(one) === "new");
  }

  /**
   * Whether a message is new, was there before, is held, or shows that others are missing. What was missed
   * comes with holes, as the session's own messages are left out; its number says when it is complete.
   * @param {Numbered} message
   * @param {boolean} own whether it is only the acknowledgement of an own one
   * @returns {"new" | "old" | "held" | "gap"}
   */
  take(message, own = false) {
    const { epoch, offset } = message;
    if (this.#asked) return this.#hold(message, own, "held");
    const furthest = this.#missing > 0 ? this.#until : this.offset + 1;
    if (epoch !== this.epoch || offset > furthest) return this.#hold(message, own, "gap");
    if (offset <= this.offset || (own && this.#missing > 0)) return "old";
    this.offset = offset;
    if (this.#missing > 0 && --this.#missing === 0) this.offset = this.#until;
    return "new";
  }

  /** @template {"held" | "gap"} Place @param {Numbered} message @param {boolean} own @param {Place} place */
  #hold(message, own, place) {
    if (!own && this.#held.length < MAX_HELD) this.#held.push(message);
    return place;
  }
}
