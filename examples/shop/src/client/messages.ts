interface Message {
  number: number;
  from: "visitor" | "shop";
  text: string;
}

const NAMES = { visitor: "You", shop: "Tern & Kettle" };

/**
 * Appends the conversation's new messages to the list. Existing ones stay untouched, so that a
 * screen reader announces only new ones.
 */
export function showMessages(
  panel: HTMLElement,
  conversation: string | null,
  messages: Message[],
): void {
  const list = panel.querySelector(".chat-messages");
  if (!list) return;
  const isOther = list.getAttribute("data-conversation") !== (conversation ?? "");
  if (isOther || messages.length < list.children.length) list.replaceChildren();
  list.setAttribute("data-conversation", conversation ?? "");
  const fresh = messages.slice(list.children.length);
  list.append(...fresh.map(item));
  if (fresh.length > 0) scrollToEnd(panel);
}

export function scrollToEnd(panel: HTMLElement): void {
  const scroll = panel.querySelector(".chat-scroll");
  if (scroll) scroll.scrollTop = scroll.scrollHeight;
}

function item({ number, from, text }: Message): HTMLLIElement {
  const li = document.createElement("li");
  li.className = `message ${from}`;
  Object.assign(li.dataset, { testid: "chat-message", number: String(number), from });
  li.append(span("who", NAMES[from]), span("text", text));
  return li;
}

function span(name: string, text: string): HTMLSpanElement {
  const element = document.createElement("span");
  element.className = name;
  element.textContent = text;
  return element;
}
