/**
 * An extension that does to tabs what their owner does with mouse and menu, in Chromium and in
 * Firefox alike, while no driver is attached: it asks this process what to do, again and again.
 * @module
 */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What the extension does on which order; it answers with the tab's id. */
const BACKGROUND = (origin: string) => `
const inPage = (id, func) => chrome.scripting.executeScript({ target: { tabId: id }, func });
const acts = {
  open: async (_, url) => (await chrome.tabs.create({ url, active: true })).id,
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
      // Any call of the browser keeps a service worker from being stopped.
      await chrome.tabs.query({});
      const { act, id, argument } = await (await fetch("${origin}/order")).json();
      if (!act) continue;
      const answer = await acts[act](id, argument).then(
        (done) => ({ id: typeof done === "number" ? done : null }),
        (error) => ({ error: String(error) }),
      );
      await fetch("${origin}/done", { method: "POST", body: JSON.stringify(answer) });
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
  // Each browser takes one and ignores the other.
  background: { service_worker: "background.js", scripts: ["background.js"] },
  browser_specific_settings: { gecko: { id: "tabs@stillhere.example" } },
};

const POLL_MS = 5_000;
const PATIENCE_MS = 20_000;

export type TabAct =
  | "back"
  | "clear"
  | "click"
  | "close"
  | "discard"
  | "duplicate"
  | "forward"
  | "open"
  | "reload"
  | "show";

interface Order {
  readonly act: TabAct;
  readonly id: number | null;
  readonly argument: string | null;
}

export class TabExtension {
  /** Where the browser finds the unpacked extension. */
  readonly folder: string;
  readonly #server: Server;
  #asking: ServerResponse | null = null;
  #order: Order | null = null;
  #done: ((answer: { id: number | null; error?: string }) => void) | null = null;

  private constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "stillhere-extension-"));
    this.#server = createServer((request, response) => {
      response.setHeader("Access-Control-Allow-Origin", "*");
      if (request.url === "/order") this.#ask(response);
      else {
        let body = "";
        request.on("data", (chunk) => {
          body += chunk;
        });
        request.on("end", () => {
          response.end();
          this.#done?.(JSON.parse(body));
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

  /** Has it done; resolves to the id of the tab that came of it, where one did. */
  async order(act: TabAct, id: number | null = null, argument: string | null = null) {
    const answer = new Promise<{ id: number | null; error?: string }>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${act}: no answer`)), PATIENCE_MS);
      this.#done = (answer) => {
        clearTimeout(timer);
        resolve(answer);
      };
    });
    this.#order = { act, id, argument };
    this.#give();
    const { id: tab, error } = await answer;
    if (error) throw new Error(`${act}: ${error}`);
    return tab ?? 0;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }

  #ask(response: ServerResponse): void {
    this.#asking?.end("{}");
    this.#asking = response;
    setTimeout(() => {
      if (this.#asking !== response) return;
      this.#asking = null;
      response.end("{}");
    }, POLL_MS);
    this.#give();
  }

  #give(): void {
    if (!this.#asking || !this.#order || this.#asking.destroyed) return;
    this.#asking.end(JSON.stringify(this.#order));
    this.#asking = null;
    this.#order = null;
  }
}
