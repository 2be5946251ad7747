// @ts-check
/** More would be unsafe to send again: the server recognises a session's newest 1,000 publishes. */
const MAX_UNANSWERED = 1_000;

/** What the server or the client refused. */
export class ChatError extends Error {
  /**
   * @param {string} code the protocol's, or `too_big`, `too_many`, `left`, or the final state of the client
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.name = "ChatError";
    this.code = code;
  }
}

/**
 * @typedef {object} Request
 * @property {string | null} room whose joining it waits for
 * @property {string} frame
 * @property {object | null} sentOver the connection on which it was sent last
 * @property {(answer: any) => void} resolve
 * @property {(error: Error) => void} reject
 */

/** What waits for an answer, in order, over any number of connections. */
export class Requests {
  /** @type {Map<string, Request>} */
  #waiting = new Map();

  /**
   * The answer to a message, once it comes.
   * @param {Record<string, any>} message
   * @returns {Promise<any>}
   */
  async add(message) {
    if (this.#waiting.size >= MAX_UNANSWERED) throw new ChatError("too_many", "too much is unanswered");
    const ref = message.id ?? newId();
    const frame = JSON.stringify({ ...message, ref });
    return new Promise((resolve, reject) => {
      this.#waiting.set(ref, { room: message.room ?? null, frame, sentOver: null, resolve, reject });
    });
  }

  /**
   * Send those of a room, or those of none, that this connection has not sent yet.
   * @param {string | null} room
   * @param {{ sendFrame: (frame: string) => void }} connection
   * @param {number} maxBytes
   */
  send(room, connection, maxBytes) {
    for (const [ref, request] of this.#waiting) {
      if (request.room !== room || request.sentOver === connection) continue;
      request.sentOver = connection;
      if (new TextEncoder().encode(request.frame).length <= maxBytes) connection.sendFrame(request.frame);
      else this.reject(ref, new ChatError("too_big", `the message is over ${maxBytes} bytes`));
    }
  }

  /** Whether there was such a request. @param {string} ref @param {any} answer */
  resolve(ref, answer) {
    this.#waiting.get(ref)?.resolve(answer);
    return this.#waiting.delete(ref);
  }

  /** Whether there was such a request. @param {string} ref @param {Error} error */
  reject(ref, error) {
    this.#waiting.get(ref)?.reject(error);
    return this.#waiting.delete(ref);
  }

  /** @param {Error} error */
  rejectAll(error) {
    for (const ref of [...this.#waiting.keys()]) this.reject(ref, error);
  }
}

/** A name that nobody guesses; crypto.randomUUID is not there on pages that came by plain HTTP. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
