import { scrollToEnd } from "./messages.ts";

/** Wide enough for the chat to be docked beside the page; the same width as in chat.css. */
const WIDE = "(width >= 64rem)";

/**
 * Opens and closes the chat. On a wide screen it is docked beside the page, and a cookie stores
 * whether it is open, so that the server renders the next page without a layout shift. On a narrow
 * screen it is a sheet over the page, closed at every load.
 * @returns a function that focuses the input
 */
export function startPanel(panel: HTMLElement): () => void {
  const { body } = document;
  const site = document.querySelector<HTMLElement>(".site");
  const opener = document.querySelector<HTMLElement>(".chat-open");
  const input = panel.querySelector("textarea");
  const wide = window.matchMedia(WIDE);

  const focusInput = () => input?.focus({ preventScroll: true });

  function setDocked(docked: boolean): void {
    body.classList.toggle("docked", docked);
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not everywhere yet
    document.cookie = `tk_chat_closed=${docked ? 0 : 1}; path=/; max-age=2592000; samesite=lax`;
  }

  function setSheet(open: boolean): void {
    body.classList.toggle("sheet", open);
    // Under the sheet the page is unreachable for the Tab key and for screen readers.
    if (site) site.inert = open;
  }

  const isOpen = () => body.classList.contains(wide.matches ? "docked" : "sheet");

  function open(): void {
    if (wide.matches) setDocked(true);
    else setSheet(true);
    updateExpanded();
    scrollToEnd(panel);
    focusInput();
  }

  function close(): void {
    if (wide.matches) setDocked(false);
    else setSheet(false);
    updateExpanded();
    opener?.focus();
  }

  const updateExpanded = () => opener?.setAttribute("aria-expanded", String(isOpen()));

  opener?.addEventListener("click", open);
  panel.querySelector(".chat-close")?.addEventListener("click", close);
  document.querySelector(".chat-backdrop")?.addEventListener("click", close);
  panel.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") close();
  });
  wide.addEventListener("change", () => {
    setSheet(false);
    updateExpanded();
  });

  updateExpanded();
  scrollToEnd(panel);
  return focusInput;
}
