/**
 * A browser extension that acts on tabs as a user does with mouse and menu, in Chromium and in
 * Firefox, without a driver. It polls this process for commands.
 * @module
 */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The extension's script: runs each command, and reports the resulting tab's id. */
const BACKGROUND = (origin: string) => `
const inPage = (id, func) => chrome.scripting.executeScript({ target: { tabId: id }, func });
const actions = {
  open: async (_, url) => (await chrome.tabs.create({ url, active: true })).id,
  openWindow: async () => (await chrome.windows.create({ url: "about:blank" })).id,
  openIn: async (windowId, url) => (await chrome.tabs.create({ windowId, url, active: true })).id,
  close: async (id) => chrome.tabs.remove(id),
  clear: async () => {
    const old = await chrome.tabs.query({});
    await chrome.tabs.create({ url: "about:blank", active: true });
    await chrome.tabs.remove(old.map(({ id }) => id));
  },
  show: async (id) => chrome.tabs.update(id, { active: true }),
  reload: async (id) => chrome.tabs.reload(id),
  back: async (id) => inPage(id, () => history.back()),
  forward: async (id) => inPage(id, () => history.forward()),
  duplicate: async (id) => (await chrome.tabs.duplicate(id)).id,
  discard: async (id) => chrome.tabs.discard(id),
  click: async (id) => inPage(id, () => document.querySelector("a").click()),
};
(async () => {
  for (;;) {
    try {
      // Any call of a browser API keeps the service worker alive.
      await chrome.tabs.query({});
      const { action, id, argument } = await (await fetch("${origin}/command")).json();
      if (!action) continue;
      const result = await actions[action](id, argument).then(
        (tab) => ({ id: typeof tab === "number" ? tab : null }),
        (error) => ({ error: String(error) }),
      );
      await fetch("${origin}/done", { method: "POST", body: JSON.stringify(result) });
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
})();
`;

const MANIFEST = {
  manifest_version: 3,
  name: "Tabs on demand",
  version: "1",
  permissions: ["tabs", "scripting"],
  host_permissions: ["http://localhost/*"],
  // Each browser reads one of them and ignores the other.
  background: { service_worker: "background.js", scripts: ["background.js"] },
  browser_specific_settings: { gecko: { id: "tabs@stillhere.example" } },
};

const POLL_MS = 5_000;
/** Only for what never ends. */
const ACTION_TIMEOUT_MS = 60_000;

export type TabAction =
  | "back"
  | "clear"
  | "click"
  | "close"
  | "discard"
  | "duplicate"
  | "forward"
  | "open"
  | "openIn"
  | "openWindow"
  | "reload"
  | "show";

interface TabCommand {
  readonly action: TabAction;
  readonly id: number | null;
  readonly argument: string | null;
}

export class TabExtension {
  /** Where the browser finds the unpacked extension. */
  readonly folder: string;
  readonly #server: Server;
  #waitingPoll: ServerResponse | null = null;
  #command: TabCommand | null = null;
  #onResult: ((result: { id: number | null; error?: string }) => void) | null = null;
  #last: Promise<unknown> = Promise.resolve();

  private constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "stillhere-extension-"));
    this.#server = createServer((request, response) => {
      response.setHeader("Access-Control-Allow-Origin", "*");
      if (request.url === "/command") this.#hold(response);
      else {
        let body = "";
        request.on("data", (chunk) => {
          body += chunk;
        });
        request.on("end", () => {
          response.end();
          this.#onResult?.(JSON.parse(body));
        });
      }
    });
  }

  static async start(): Promise<TabExtension> {
    const extension = new TabExtension();
    extension.#server.listen(0, "127.0.0.1");
    await once(extension.#server, "listening");
    const { port } = extension.#server.address() as AddressInfo;
    const background = BACKGROUND(`http://127.0.0.1:${port}`);
    writeFileSync(join(extension.folder, "background.js"), background);
    writeFileSync(join(extension.folder, "manifest.json"), JSON.stringify(MANIFEST));
    return extension;
  }

  /**
   * Performs an action, after those before it; resolves to the id of the resulting tab or window, or 0
   * if there is none.
   */
  perform(action: TabAction, id: number | null = null, argument: string | null = null) {
    const performed = this.#last.then(() => this.#perform(action, id, argument));
    this.#last = performed.catch(() => {});
    return performed;
  }

  async #perform(action: TabAction, id: number | null, argument: string | null): Promise<number> {
    const result = new Promise<{ id: number | null; error?: string }>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${action}: no result`)), ACTION_TIMEOUT_MS);
      this.#onResult = (value) => {
        clearTimeout(timer);
        resolve(value);
      };
    });
    this.#command = { action, id, argument };
    this.#send();
    const { id: tab, error } = await result;
    if (error) throw new Error(`${action}: ${error}`);
    return tab ?? 0;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }

  #hold(response: ServerResponse): void {
    this.#waitingPoll?.end("{}");
    this.#waitingPoll = response;
    setTimeout(() => {
      if (this.#waitingPoll !== response) return;
      this.#waitingPoll = null;
      response.end("{}");
    }, POLL_MS);
    this.#send();
  }

  #send(): void {
    if (!this.#waitingPoll || !this.#command || this.#waitingPoll.destroyed) return;
    this.#waitingPoll.end(JSON.stringify(this.#command));
    this.#waitingPoll = null;
    this.#command = null;
  }
}
