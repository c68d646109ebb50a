/**
 * Generates what administrators change: settings, triggers and keys.
 * @module
 */
import { RECIPE_NAMES } from "../../packages/collector/src/core/recipes.ts";
import type { Random } from "../support/random.ts";
import { KEYS } from "./names.ts";
import type { Bearer, Call } from "./plan.ts";

export class Administration {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): Call {
    const random = this.#random;
    const kind = random.next();
    if (kind < 0.5)
      return { type: "request", method: "PATCH", path: "/v1/settings", body: this.#settings() };
    if (kind < 0.62) {
      const path = `/v1/triggers/recipes/${random.pick(RECIPE_NAMES)}`;
      return { type: "request", method: "POST", path, body: {} };
    }
    if (kind < 0.68) return { type: "request", method: "PUT", path: "/v1/triggers", body: [] };
    if (kind < 0.74) return this.#preview();
    if (kind < 0.8) {
      const path = `/v1/audit/$entry:${random.below(3)}/undo`;
      return { type: "request", method: "POST", path };
    }
    const name = random.pick(KEYS);
    if (kind < 0.86) {
      const role = random.pick(["viewer", "operator", "admin"]);
      const body = { role, name, overlapHours: random.pick(["0", "1"]) === "0" ? 0 : 1 };
      return { type: "request", method: "POST", path: "/v1/keys", body };
    }
    return { type: "request", method: "DELETE", path: `/v1/keys/$key:${name}` };
  }

  #preview(): Call {
    const random = this.#random;
    if (random.chance(0.5)) {
      return {
        type: "request",
        method: "POST",
        path: "/v1/settings/preview",
        body: this.#settings(),
      };
    }
    const body = [
      {
        name: "solve",
        all: [{ field: "session.state", op: "changed_to", value: "inactive" }],
        actions: [{ type: "set_status", value: "solved" }],
      },
    ];
    return { type: "request", method: "POST", path: "/v1/triggers/preview", body };
  }

  #settings(): object {
    const random = this.#random;
    return random.pick<object>([
      { presence: { mode: "on" } },
      { presence: { mode: "on" } },
      { presence: { mode: "shadow" } },
      { presence: { mode: "off" } },
      { presence: { bufferSeconds: random.below(30) } },
      { presence: { closeBufferSeconds: random.below(10), awayBufferSeconds: 40 } },
      { presence: { beatSeconds: { waiting: 5 }, leaseSeconds: { visible: 30 } } },
      { presence: { beatSeconds: null, leaseSeconds: null } },
      { presence: { channels: ["web_widget"] } },
      { presence: { channels: ["web_widget", "sunco_web", "whatsapp"] } },
      { inactivity: { seconds: 30 + random.below(300) } },
      { inactivity: { onlineHolds: random.pick(["queued", "never", "always"]) } },
      {
        capacity: {
          countInactive: random.chance(0.5),
          onReturn: random.pick(["exceed", "requeue"]),
        },
      },
      {
        capacity: {
          autoRelease: {
            enabled: true,
            seconds: 180,
            anchor: random.pick(["end_user_response", "agent_first_reply"]),
            setStatus: random.pick(["solved", "pending"]),
          },
        },
      },
      { capacity: { autoRelease: { enabled: false } } },
      { routing: random.pick(["messaging", "omnichannel"]) },
      { reopenOnResponse: random.chance(0.5) },
      { binding: random.pick(["open", "token", "capability"]) },
      { traceDays: random.below(3) },
      { origins: ["https://shop.example"] },
      { origins: ["https://shop.example", "null"] },
      // Refused.
      { presence: { leaseSeconds: { visible: 1 } } },
      { presence: { mode: "maybe" } },
      { unknown: 1 },
    ]);
  }

  /** Whose key a request uses. */
  bearer(): Bearer {
    const random = this.#random;
    if (random.chance(0.9)) return "own";
    return random.pick<Bearer>(["none", "wrong", `key:${random.pick(KEYS)}`]);
  }
}
