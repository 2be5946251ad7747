// @ts-check
/** A small page to try the chat with: one room, its members, and direct messages. */
import { ChatClient } from "./chat.js";

const MOST_SHOWN = 500;
/** Statuses with which a token may help; null is the client's own, of a text that is none. */
const NO_VALID_TOKEN = new Set([401, null]);

const room = new URLSearchParams(location.search).get("room") || "lobby";
const url = location.origin.replace(/^http/, "ws") + "/ws";
/** @type {ChatClient} */
let chat;
/** @type {number | undefined} */
let countdown;

/** @param {string} id @returns {any} */
const at = (id) => document.getElementById(id);

/** @param {string} [token] */
function connect(token) {
  chat?.close();
  chat = new ChatClient(url, { token });
  /** @param {string} type @param {(detail: any) => void} take */
  const on = (type, take) => chat.addEventListener(type, (/** @type {any} */ event) => take(event.detail));
  on("state", showState);
  on("message", (message) => put(made(message.data, message.from), message));
  on("direct", ({ data, from }) => put(made(data, `${from} to you alone`)));
  on("notrecovered", ({ room: lost }) => {
    const what = lost === null ? "direct messages" : "messages";
    notice(`Some ${what} were not recovered: the connection was lost for too long.`);
  });
  on("error", ({ message }) => notice(message));
  chat.join(room).catch((error) => {
    // An end of the client shows in its state.
    if (error.code !== chat.state.name) notice(`The room was not joined: ${error.message}.`);
  });
  showState();
}

/** Each state in words, and how it looks. @returns {[string, string]} */
function words() {
  const state = chat.state;
  switch (state.name) {
    case "connected": return [`connected to ${room}`, "good"];
    case "taken over": return ["taken over: this conversation goes on elsewhere", "bad"];
    case "refused": return [`refused: ${state.reason || `the server said ${state.status}`}`, "bad"];
    case "closed": return ["closed", "bad"];
    default: return [state.name, ""];
  }
}

function showState() {
  const [text, tone] = words();
  if (at("status").textContent !== text) at("status").textContent = text;
  at("status").parentElement.className = `pill ${tone}`;
  at("user").textContent = chat.user ?? "nobody yet";
  if (chat.state.name === "refused") at("access").hidden = !NO_VALID_TOKEN.has(chat.state.status);
  clearInterval(countdown);
  showRetry();
  countdown = setInterval(showRetry, 500);
}

/** Outside the status, as a screen reader would read out every second. */
function showRetry() {
  const state = chat.state;
  const waitMs = state.name === "reconnecting" ? state.retryAt.getTime() - Date.now() : 0;
  at("retry").textContent = waitMs > 0 ? `in ${Math.ceil(waitMs / 1000)} s` : "";
}

/**
 * A new line. All text is set as text, so that markup in it stays inert.
 * @param {unknown} data
 * @param {string | null} from
 * @param {string} kind
 */
function made(data, from, kind = "") {
  const line = document.createElement("li");
  line.className = kind;
  const name = document.createElement("span");
  name.className = "from";
  name.textContent = from;
  const text = document.createElement("span");
  text.className = "text";
  text.textContent = typeof data === "string" ? data : JSON.stringify(data);
  line.append(...(from === null ? [text] : [name, text]));
  return line;
}

/**
 * Puts a line where it stands among the numbered ones, or at the end.
 * @param {HTMLElement} line
 * @param {any} place
 */
function put(line, { epoch, offset } = {}) {
  const messages = at("messages");
  if (epoch !== undefined) Object.assign(line.dataset, { epoch, offset });
  /** @param {any} other */
  const isLater = ({ dataset: other }) => other.epoch === epoch && Number(other.offset) > offset;
  messages.insertBefore(line, [...messages.children].find(isLater) ?? null);
  at("empty").hidden = true;
  if (messages.childElementCount > MOST_SHOWN) messages.firstElementChild.remove();
  // The list is laid out from its end, which is where 0 is.
  if (line.classList.contains("own")) at("log").scrollTop = 0;
}

/** @param {string} text */
function notice(text) {
  put(made(text, null, "notice"));
}

/** Shown at once, and in its place among the others once the server has it. @param {string} text */
async function say(text) {
  const to = at("to").value;
  const name = to ? `You to ${to} alone` : "You";
  const line = made(text, `${name}, sending`, "own");
  put(line);
  try {
    const place = await (to ? chat.direct(to, text) : chat.publish(room, text));
    line.children[0].textContent = name;
    put(line, place);
  } catch (error) {
    line.classList.add("failed");
    line.children[0].textContent = `Not sent: ${/** @type {Error} */ (error).message}`;
  }
}

async function showMembers() {
  const users = await chat.who(room);
  const line = (/** @type {string} */ user) => {
    const item = document.createElement("li");
    item.textContent = user === chat.user ? `${user} (you)` : user;
    return item;
  };
  at("members").replaceChildren(...users.map(line));
  const chosen = at("to").value;
  const others = users.filter((user) => user !== chat.user);
  at("to").replaceChildren(new Option("Everyone", ""), ...others.map((user) => new Option(user, user)));
  at("to").value = others.includes(chosen) ? chosen : "";
}

at("room").textContent = room;
document.title = `${room} - chat demo`;
at("write").addEventListener("submit", (/** @type {Event} */ event) => {
  event.preventDefault();
  say(at("text").value);
  at("text").value = "";
});
at("access").addEventListener("submit", (/** @type {Event} */ event) => {
  event.preventDefault();
  const token = at("token").value.trim();
  at("token").value = "";
  at("access").hidden = true;
  connect(token);
});
at("ask").addEventListener("click", () => {
  const open = at("members").hidden;
  at("members").hidden = !open;
  at("ask").setAttribute("aria-expanded", String(open));
  if (open) showMembers().catch(() => {});
});
connect();
