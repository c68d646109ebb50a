import { showMessages } from "./messages.ts";
import { startPanel } from "./panel.ts";
import { addPresence, hasPresence } from "./presence.ts";

/** The response of the shop's chat routes. */
interface ChatState {
  messages: { number: number; from: "visitor" | "shop"; text: string }[];
  session: string | null;
  token: string | null;
}

const RETRY_INITIAL_MS = 2_000;
const RETRY_MAX_MS = 30_000;

/** The storage key that notifies the shop's other tabs of a change. */
const CHANGED = "tk_chat_changed";

const panel = document.querySelector<HTMLElement>("#chat");
if (panel) startChat(panel, startPanel(panel));

function startChat(panel: HTMLElement, focusInput: () => void): void {
  const form = find(panel, "form", HTMLFormElement);
  const input = find(panel, "textarea", HTMLTextAreaElement);
  const send = find(panel, "[type=submit]", HTMLButtonElement);
  const end = find(panel, ".chat-end", HTMLButtonElement);
  const errorText = find(panel, ".chat-form-error", HTMLElement);
  let retryMs = RETRY_INITIAL_MS;

  function apply(state: ChatState): void {
    showMessages(panel, state.session, state.messages);
    end.hidden = !state.session;
    addPresence(panel.dataset, state.session, state.token);
    if (state.session && !state.token) refreshLater();
    else retryMs = RETRY_INITIAL_MS;
  }

  async function refresh(): Promise<void> {
    apply(await request("GET", "/chat/messages"));
  }

  /** Retries at growing intervals, because the collector was unreachable and there is no token. */
  function refreshLater(): void {
    setTimeout(() => refresh().catch(refreshLater), retryMs);
    retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
  }

  async function submit(path: string, body: object): Promise<boolean> {
    send.disabled = end.disabled = true;
    errorText.textContent = "";
    try {
      apply(await request("POST", path, body));
      localStorage.setItem(CHANGED, String(Date.now()));
      return true;
    } catch (error) {
      errorText.textContent = error instanceof Error ? error.message : String(error);
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

  // Enter sends, and Shift+Enter breaks the line, except during IME composition.
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });

  end.addEventListener("click", async () => {
    await submit("/chat/end", {});
    focusInput();
  });

  // After Back, the page shows the state in which it was left, whether it comes from the
  // back/forward cache or from the HTTP cache. The conversation may have changed since.
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted || isBackForwardLoad()) refresh().catch(() => {});
  });
  window.addEventListener("storage", ({ key }) => {
    if (key === CHANGED) refresh().catch(() => {});
  });

  // The page has no token, because the collector was unreachable while it was rendered.
  if (!end.hidden && !hasPresence()) refreshLater();
}

function isBackForwardLoad(): boolean {
  const [navigation] = performance.getEntriesByType("navigation");
  return navigation instanceof PerformanceNavigationTiming && navigation.type === "back_forward";
}

async function request(method: string, path: string, body?: object): Promise<ChatState> {
  const init: RequestInit = { method };
  if (body) {
    init.body = JSON.stringify(body);
    init.headers = { "content-type": "application/json" };
  }
  const response = await fetch(path, init).catch(() => {
    throw new Error("Not sent: the shop cannot be reached. Please try again.");
  });
  const state = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(state.error ?? "Not sent. Please try again.");
  return state;
}

function find<T extends Element>(within: Element, selector: string, type: new () => T): T {
  const found = within.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`The chat has no ${selector}`);
  return found;
}
