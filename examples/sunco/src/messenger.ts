/**
 * The messenger in the page: the real loader of Sunshine Conversations, and in place of the widget that the loader
 * brings from the vendor's CDN, one with the same functions and events.
 * https://www.npmjs.com/package/smooch
 * @module
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const VENDOR_CDN = /https:\/\/cdn\.smooch\.io/g;

/** The loader, which sets the global `Smooch`. @param cdn where it brings the widget from; `null`: as it is */
export function renderLoader(cdn: string | null): string {
  const file = createRequire(import.meta.url).resolve("smooch");
  const source = readFileSync(file, "utf8");
  const loader = cdn === null ? source : source.replace(VENDOR_CDN, cdn);
  return `(() => { const module = {};\n${loader}\nwindow.Smooch = module.exports.default; })();`;
}

export const FRAME_STYLE = "body { margin: 0.5rem; font: 1rem system-ui; }";

export const STYLE = `#web-messenger-container {
  position: fixed; right: 1rem; bottom: 1rem; width: 20rem; height: 24rem; border: 1px solid; background: #fff;
}`;

/**
 * Runs in the loader's frame, and gives the loader what it waits for. Its functions and events are those of
 * \`smooch\`; its looks are not.
 */
export const FRAME = `(() => {
const KEY = "messenger-user";
const { localStorage } = parent;
let listeners = [];
let user = null;
let conversations = [];
let displayed = null;
let delegate = {};

async function post(path, body) {
  const response = await fetch("/messenger" + path, { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) throw new Error("The messenger was answered " + response.status);
  return response.json();
}
function emit(event, ...values) {
  for (const [name, listener] of [...listeners]) if (name === event) listener(...values);
}
function setUser(next) {
  user = next;
  if (user) localStorage.setItem(KEY, user.id);
  else localStorage.removeItem(KEY);
}
function display(conversation) {
  displayed = conversation;
  document.querySelector("h1").textContent = displayed ? "Conversation " + displayed.id : "No conversation";
}
function replace(changed) {
  conversations = [...conversations.filter(({ id }) => id !== changed.id), changed];
  if (displayed && displayed.id === changed.id) displayed = changed;
  return changed;
}
function enter(answer) {
  setUser(answer.user);
  conversations = answer.conversations;
  display(conversations.at(-1) || null);
}
const dataOf = ({ id, type }) => ({ conversation: { id, type } });

async function createConversation({ metadata = null } = {}) {
  const created = await post("/conversations", { userId: user && user.id, metadata });
  setUser(created.user);
  display(replace(created.conversation));
  emit("conversation:added", [], dataOf(displayed));
  return displayed;
}
const find = async (id) =>
  conversations.find((each) => each.id === id) || displayed || (await createConversation());

async function sendMessage(message, id) {
  const conversation = await find(id);
  const data = dataOf(conversation);
  const given = typeof message === "string" ? { type: "text", text: message } : message;
  const sent = delegate.beforeSend ? delegate.beforeSend(given, data) : given;
  if (!sent) return;
  await post("/conversations/" + conversation.id + "/messages", sent);
  emit("message:sent", sent, data);
  const line = document.createElement("li");
  line.textContent = sent.text;
  document.querySelector("ul").append(line);
}
async function triggerPostback(payload, id) {
  const conversation = await find(id);
  const given = { payload };
  const data = dataOf(conversation);
  const sent = delegate.beforePostbackSend ? delegate.beforePostbackSend(given, data) : given;
  if (sent) await post("/conversations/" + conversation.id + "/postbacks", sent);
}
async function act(type, id) {
  const conversation = await find(id);
  await post("/conversations/" + conversation.id + "/activity", { type });
}

const messenger = {
  async init(options) {
    delegate = options.delegate || {};
    const userId = localStorage.getItem(KEY);
    enter(await post("/init", { userId }));
    if (options.externalId) await messenger.login(options.externalId, options.jwt);
    emit("ready");
  },
  async login(externalId) {
    enter(await post("/login", { userId: user && user.id, externalId }));
  },
  async logout() {
    enter({ user: null, conversations: [] });
  },
  on: (event, listener) => void listeners.push([event, listener]),
  off(event, listener) {
    listeners = listeners.filter(
      ([name, each]) => event && (name !== event || (listener && each !== listener)),
    );
  },
  destroy() {
    emit("destroy");
    listeners = [];
  },
  sendMessage,
  triggerPostback,
  createConversation,
  async updateConversation(id, { metadata }) {
    const { conversation } = await post("/conversations/" + id + "/update", { metadata });
    return replace(conversation);
  },
  updateUser: async () => ({}),
  getDisplayedConversation: () => displayed,
  getConversationById: async (id) => conversations.find((each) => each.id === id) || displayed,
  getConversations: () => conversations,
  getMoreConversations: async () => [],
  hasMoreConversations: () => false,
  getUser: () => user || {},
  open: () => emit("widget:opened"),
  close: () => emit("widget:closed"),
  isOpened: () => true,
  async loadConversation(id) {
    display(conversations.find((each) => each.id === id) || null);
  },
  setDelegate: (next) => void (delegate = next || {}),
  markAllAsRead: (id) => act("conversation:read", id),
  showNotificationChannelPrompt() {},
  setPredefinedMessage() {},
  startTyping: (id) => act("typing:start", id),
  stopTyping: (id) => act("typing:stop", id),
};

document.querySelector("#mount").innerHTML =
  "<h1></h1><form><input name=text aria-label=Message value=Hello> <button>Send</button></form>" +
  "<p><button id=list>Conversations</button> <button id=create>New</button></p><ul></ul>";
document.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  void sendMessage(event.target.text.value);
});
document.querySelector("#list").addEventListener("click", () => display(null));
document.querySelector("#create").addEventListener("click", () => void createConversation());
parent.__onWebMessengerFrameReady__(messenger);
})();`;
