/**
 * The widget of the stand-in, as far as other scripts see it: its global `zE`. Tags of a conversation reach the
 * ticket with the visitor's next message only.
 * https://developer.zendesk.com/api-reference/widget-messaging/web/core/
 * @module
 */

export const WIDGET = `
if (window.zE) {
  // The page has the widget twice: it is the same one, under another function.
  const first = window.zE;
  window.zE = (...command) => first(...command);
} else {
  const form = document.querySelector("#chat");
  const listeners = new Map();
  /** The last list that was set counts. */
  let tags = [];
  let conversation = null;
  const user = () => (localStorage.user ||= String(1000 + Math.floor(Math.random() * 1e9)));
  const emit = (type, fields) => {
    const event = { id: crypto.randomUUID(), createdAt: Date.now(), type, ...fields };
    for (const listener of listeners.get(type) ?? []) listener(event);
  };
  const display = (id) => {
    conversation = id;
    emit("conversationOpened", { conversationId: id });
  };
  const ask = async (path, body) => {
    const response = await fetch("/widget" + path, body && { method: "POST", body: JSON.stringify(body) });
    return response.json();
  };
  const messenger = {
    /** The visitor's last conversation, or a new one. */
    open: async () => display((await ask("/conversations?user=" + user())).at(-1) ?? null),
    newConversation: () => display(null),
    loginUser: (getToken) =>
      getToken(async (token) => {
        await ask("/logins", { from: user(), into: token });
        localStorage.user = token;
        await messenger.open();
        form.dataset.user = token;
      }),
    logoutUser: () => {
      localStorage.removeItem("user");
      display(null);
    },
  };
  window.zE = (command, name, value) => {
    if (command === "messenger") return messenger[name](value);
    if (command === "messenger:set" && name === "conversationTags") {
      tags = value;
      form.dataset.tags = value.join(" ");
    }
    if (command !== "messenger:on") return;
    const all = listeners.get(name) ?? new Set();
    listeners.set(name, all.add(value));
    return () => all.delete(value);
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const content = form.content.value;
    const sent = await ask("/messages", { user: user(), conversation, content, tags });
    const isNew = conversation === null;
    conversation = sent.conversation;
    if (isNew) emit("conversationStarted", { conversationId: conversation });
    document.querySelector("#messages").append(Object.assign(document.createElement("li"), { textContent: content }));
  });
}
`;
