/**
 * An example with a stand-in for a help desk, started by its command, and what its collector answers.
 */
import { fileURLToPath } from "node:url";
import { type Running, start } from "./process.ts";
import { until } from "./wait.ts";

const WAIT_MS = 90_000;
/**
 * Only a tab that closes is offline soon: tests beside each other share the settings. A busy browser may end it
 * before it can say where to; then the other buffer decides, which must end while a test waits.
 */
const PRESENCE = { bufferSeconds: 30, closeBufferSeconds: 1 };

type Body = Record<string, unknown>;

export class DeskExample {
  /** Where the shop is. */
  readonly site: string;
  readonly #secretKey: string;
  readonly #process: Running;

  private constructor(process: Running) {
    this.#process = process;
    const printed = /Shop +(\S+)\/\n[\s\S]*(sk_\S+)/.exec(process.output()) ?? [];
    [, this.site = "", this.#secretKey = ""] = printed;
  }

  /** @param name its folder in `examples` */
  static async start(name: string, env: Record<string, string> = {}): Promise<DeskExample> {
    const main = fileURLToPath(new URL(`../../examples/${name}/dist/main.js`, import.meta.url));
    const example = new DeskExample(
      await start(process.execPath, [main], /Ctrl\+C stops it/, { PORT: "0", ...env }),
    );
    const changed = await example.call("PATCH", "/v1/settings", { presence: PRESENCE });
    if (!changed) throw new Error("The example's collector does not accept settings.");
    return example;
  }

  async stop(): Promise<void> {
    await this.#process.kill();
  }

  /** The JSON that its collector answers; `null`: it refuses the request. */
  async call(method: string, path: string, body?: object): Promise<Body | null> {
    const response = await fetch(`${this.site}/presence${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.#secretKey}`, "Content-Type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    return response.ok ? ((await response.json()) as Body) : null;
  }

  session(id: string): Promise<Body | null> {
    return this.call("GET", `/v1/sessions/${id}`);
  }

  /** The session, once it has these values. */
  async untilSession(id: string, expected: Body): Promise<Body> {
    const find = async () => {
      const now = await this.session(id);
      return Object.entries(expected).every(([name, value]) => now?.[name] === value) && now;
    };
    return (await until(`the session ${JSON.stringify(expected)}`, find, WAIT_MS)) as Body;
  }

  /** Tests the desk until it is answered so: one that stands still may not answer in time. */
  async untilTested(desk: string, expected: Body): Promise<void> {
    const test = async () => {
      const result = await this.call("POST", `/v1/desks/${desk}/test`);
      return Object.entries(expected).every(([name, value]) => result?.[name] === value);
    };
    await until(`a test of the desk with ${JSON.stringify(expected)}`, test, WAIT_MS);
  }

  /** What presence was after each of the session's transitions. */
  async presencesOf(id: string): Promise<readonly string[]> {
    const history = await this.call("GET", `/v1/sessions/${id}/transitions`);
    const transitions = history?.["transitions"] as readonly { to: { presence: string } }[];
    return transitions.map(({ to }) => to.presence);
  }
}
