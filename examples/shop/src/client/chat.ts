import { showMessages } from "./messages.ts";
import { startPanel } from "./panel.ts";
import { addPresence, presenceIsThere } from "./presence.ts";

/** What the shop's chat routes answer. */
interface ChatState {
  messages: { number: number; from: "visitor" | "shop"; text: string }[];
  session: string | null;
  token: string | null;
}

const RETRY_FIRST_MS = 2_000;
const RETRY_LONGEST_MS = 30_000;

/** Tells this shop's other open tabs that the conversation changed. */
const CHANGED = "tk_chat_changed";

const panel = document.querySelector<HTMLElement>("#chat");
if (panel) startChat(panel, startPanel(panel));

function startChat(panel: HTMLElement, focusInput: () => void): void {
  const form = find(panel, "form", HTMLFormElement);
  const input = find(panel, "textarea", HTMLTextAreaElement);
  const send = find(panel, "[type=submit]", HTMLButtonElement);
  const end = find(panel, ".chat-end", HTMLButtonElement);
  const trouble = find(panel, ".chat-form-trouble", HTMLElement);
  let retryMs = RETRY_FIRST_MS;

  function apply(state: ChatState): void {
    showMessages(panel, state.session, state.messages);
    end.hidden = !state.session;
    addPresence(panel.dataset, state.session, state.token);
    if (state.session && !state.token) refreshLater();
    else retryMs = RETRY_FIRST_MS;
  }

  async function refresh(): Promise<void> {
    apply(await ask("GET", "/chat/messages"));
  }

  /** The collector was away when this page wanted a token: ask again, at growing intervals. */
  function refreshLater(): void {
    setTimeout(() => refresh().catch(refreshLater), retryMs);
    retryMs = Math.min(retryMs * 2, RETRY_LONGEST_MS);
  }

  async function submit(path: string, body: object): Promise<boolean> {
    send.disabled = end.disabled = true;
    trouble.textContent = "";
    try {
      apply(await ask("POST", path, body));
      localStorage.setItem(CHANGED, String(Date.now()));
      return true;
    } catch (error) {
      trouble.textContent = error instanceof Error ? error.message : String(error);
      return false;
    } finally {
      send.disabled = end.disabled = false;
    }
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text || send.disabled) return;
    if (await submit("/chat/messages", { text })) input.value = "";
    focusInput();
  });

  // Enter sends and Shift+Enter breaks the line, unless a word is still being composed.
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });

  end.addEventListener("click", async () => {
    await submit("/chat/end", {});
    focusInput();
  });

  // A page that the Back button shows is as old as when it was left, whether it comes from the
  // back/forward cache or from the one for files: the conversation may be newer than the page.
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted || wasGoneBackTo()) refresh().catch(() => {});
  });
  window.addEventListener("storage", ({ key }) => {
    if (key === CHANGED) refresh().catch(() => {});
  });

  // Sent without a token: the collector could not be reached while the page was rendered.
  if (!end.hidden && !presenceIsThere()) refreshLater();
}

function wasGoneBackTo(): boolean {
  const [navigation] = performance.getEntriesByType("navigation");
  return navigation instanceof PerformanceNavigationTiming && navigation.type === "back_forward";
}

async function ask(method: string, path: string, body?: object): Promise<ChatState> {
  const init: RequestInit = { method };
  if (body) {
    init.body = JSON.stringify(body);
    init.headers = { "content-type": "application/json" };
  }
  const answer = await fetch(path, init).catch(() => {
    throw new Error("Not sent: the shop cannot be reached. Please try again.");
  });
  const state = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(state.error ?? "Not sent. Please try again.");
  return state;
}

function find<T extends Element>(within: Element, selector: string, type: new () => T): T {
  const found = within.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`The chat has no ${selector}`);
  return found;
}
