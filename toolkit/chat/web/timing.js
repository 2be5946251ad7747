// @ts-check
/**
 * When to connect again, and whether the other end still lives: sums without a clock, a socket or a timer.
 * Times are in seconds.
 */

/** A timer that comes later than this was held back by the browser. */
const LATE_S = 1;
/** A server that asks to stay away for longer is not believed. */
const LONGEST_REQUEST_S = 600;

/**
 * @typedef {object} Timers what the server tells in hello
 * @property {number} client_interval_s after so much silence the server is asked for a sign of life
 * @property {number} client_wait_s and has so long to give one
 * @property {number} reconnect_base_s the first reconnect comes within this
 * @property {number} reconnect_max_s cap of that range, which doubles with each failure
 * @property {number} stable_after_s a connection that lived so long starts the doubling anew
 * @property {number} max_message_bytes a larger message is not sent
 * @property {boolean} acknowledge whether to tell what was received
 */

/** Until the server has told its own. @type {Timers} */
export const UNTOLD = {
  client_interval_s: 25,
  client_wait_s: 10,
  reconnect_base_s: 1,
  reconnect_max_s: 30,
  stable_after_s: 60,
  max_message_bytes: 65_536,
  acknowledge: false,
};

/**
 * The timers of a hello, and those known before where it tells none or nonsense.
 * @param {Record<string, unknown>} hello
 * @param {Timers} before
 * @returns {Timers}
 */
export function toldTimers(hello, before) {
  const told = Object.entries(before).map(([name, known]) => {
    const said = hello[name];
    const sound = typeof said === "number" ? said > 0 && said < Infinity : true;
    return [name, typeof said === typeof known && sound ? said : known];
  });
  return Object.fromEntries(told);
}

/**
 * Seconds to wait before the next attempt: full jitter under a range that doubles up to a cap.
 * @param {number} failures attempts that failed since the last stable connection; 0 right after a loss
 * @param {Pick<Timers, "reconnect_base_s" | "reconnect_max_s">} timers
 * @param {() => number} random from 0 to 1
 */
export function backoffS(failures, timers, random = Math.random) {
  return random() * Math.min(timers.reconnect_max_s, timers.reconnect_base_s * 2 ** failures);
}

/**
 * Seconds that a Retry-After header asks for; null where it asks for nothing.
 * @param {string | null} header a number of seconds or a date
 * @param {string | null} date the header Date of the same response: the clock here may be wrong
 */
export function retryAfterS(header, date) {
  const text = header?.trim();
  if (!text) return null;
  const hereMs = Date.parse(date ?? "") || Date.now();
  if (/^\d+$/.test(text)) return Number(text);
  // Browsers read nearly anything as a date; one of HTTP begins with the day of the week.
  const seconds = /^[A-Z]/i.test(text) ? (Date.parse(text) - hereMs) / 1000 : NaN;
  return Number.isNaN(seconds) ? null : Math.max(seconds, 0);
}

/** The waits of one client. Only a connection that lived for `stable_after_s` starts the doubling anew. */
export class Backoff {
  #failures = 0;

  /** A connection is over that was open for so long. @param {number} ageS @param {Timers} timers */
  lived(ageS, timers) {
    if (ageS >= timers.stable_after_s) this.#failures = 0;
  }

  /**
   * Seconds to wait before the next attempt.
   * @param {Timers} timers
   * @param {{ backInS?: number | null, retryAfterS?: number | null }} told what the server asked for. A
   *   server that closes gives each client its own `backInS`, which is kept to the letter the first time;
   *   `retryAfterS` is told to all whom it refuses, so jitter comes on top.
   * @param {() => number} random from 0 to 1
   */
  nextS(timers, { backInS = null, retryAfterS = null } = {}, random = Math.random) {
    const failures = this.#failures++;
    const toldS = Math.min(Math.max(backInS ?? 0, retryAfterS ?? 0), LONGEST_REQUEST_S);
    return backInS !== null && failures === 0 ? toldS : toldS + backoffS(failures, timers, random);
  }
}

/** Whether the other end still lives, judged by absolute times, whenever somebody looks. */
export class Watch {
  #intervalS;
  #waitS;
  #heardS;
  /** @type {number | null} */
  #askedS = null;
  #again = false;

  /**
   * @param {number} intervalS after so much silence the other end is asked
   * @param {number} waitS and has so long to answer
   * @param {number} nowS
   */
  constructor(intervalS, waitS, nowS) {
    this.#intervalS = intervalS;
    this.#waitS = waitS;
    this.#heardS = nowS;
  }

  /** When there is something to judge. */
  get dueS() {
    return this.#askedS === null ? this.#heardS + this.#intervalS : this.#askedS + this.#waitS;
  }

  /** Notes that something was received. @param {number} nowS */
  heard(nowS) {
    this.#heardS = nowS;
    this.#askedS = null;
    this.#again = false;
  }

  /**
   * What to do now. After a late look the answer may have come and not been read, because the tab was frozen:
   * then it is asked once more; and only once, as every look of a hidden tab is late.
   * @param {number} nowS
   * @returns {"wait" | "ask" | "lose"}
   */
  judge(nowS) {
    if (nowS < this.dueS) return "wait";
    if (this.#askedS !== null) {
      if (this.#again || nowS <= this.dueS + LATE_S) return "lose";
      this.#again = true;
    }
    this.#askedS = nowS;
    return "ask";
  }

  /** Whether to ask ahead of time, because the network or the tab has changed. @param {number} nowS */
  probe(nowS) {
    if (this.#askedS !== null || nowS < this.#heardS + LATE_S) return false;
    this.#askedS = nowS;
    return true;
  }
}
