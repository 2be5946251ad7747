// @ts-check
/** The server refuses larger messages than it says; so many offsets fit into any that it may say. */
const OFFSETS_PER_FRAME = 500;

/** Tells the server what has arrived, together what came in one task. */
export class Receipts {
  #send;
  /** @type {Map<string | null, number[]>} */
  #offsets = new Map();
  #planned = false;

  /** @param {(message: Record<string, any>) => void} send */
  constructor(send) {
    this.#send = send;
  }

  /** @param {string | null} room null for the inbox @param {number} offset */
  add(room, offset) {
    if (!this.#planned) soon(() => this.#sendAll());
    this.#planned = true;
    const before = this.#offsets.get(room);
    if (before) before.push(offset);
    else this.#offsets.set(room, [offset]);
  }

  /** Whoever is no longer in a room may not say what arrived there. @param {string} room */
  forget(room) {
    this.#offsets.delete(room);
  }

  #sendAll() {
    for (const [room, offsets] of this.#offsets) {
      for (let from = 0; from < offsets.length; from += OFFSETS_PER_FRAME) {
        const some = offsets.slice(from, from + OFFSETS_PER_FRAME);
        this.#send({ type: "received", ...(room === null ? {} : { room }), offsets: some });
      }
    }
    this.#offsets.clear();
    this.#planned = false;
  }
}

/** Runs a task after this one. A timer would be held back in hidden tabs. @param {() => void} task */
function soon(task) {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    task();
  };
  port2.postMessage(null);
}
