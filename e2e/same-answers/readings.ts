/**
 * Generates requests that read: sessions, lists, the queue, agents, histories, figures.
 * @module
 */
import type { Random } from "../support/random.ts";
import { AGENTS, DESKS, GROUPS, SESSIONS, TAGS, TICKETS, USERS } from "./names.ts";
import type { Call } from "./plan.ts";

const QUERIES = ["conv", "A.B", "a", "strasse", "ännE", "47", "nothing there", "talk 1"] as const;
/** Of the sessions that have not ended: at the edge one that has is found by an earlier presence (docs/edge.md). */
const UNENDED = ["none", "active", "inactive"] as const;
const PRESENCES = ["unknown", "online", "offline", "ignored", "unsupported"] as const;
const REASONS = [
  "user_offline",
  "user_inactive",
  "ticket_status",
  "merged",
  "ended_by_agent",
] as const;

export class Readings {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** @param now milliseconds since the start of the run */
  next(now: number): Call {
    const random = this.#random;
    const kind = random.next();
    const session = `/v1/sessions/${encodeURIComponent(random.pick(SESSIONS))}`;
    if (kind < 0.2) return get(session);
    if (kind < 0.32) return get(`${session}/transitions?limit=${1 + random.below(50)}`);
    if (kind < 0.37) return get(`${session}/trace`);
    if (kind < 0.65) return { type: "pages", path: this.#list(now) };
    if (kind < 0.73)
      return { type: "pages", path: `/v1/queue?limit=${1 + random.below(5)}${this.#maybeGroup()}` };
    if (kind < 0.79) return { type: "pages", path: `/v1/agents?limit=${1 + random.below(3)}` };
    if (kind < 0.82) return get(`/v1/agents/${encodeURIComponent(random.pick(AGENTS))}`);
    if (kind < 0.86)
      return get(
        random.pick(["/v1/insights", "/v1/insights?track=shadow", "/v1/insights/outcomes"]),
      );
    if (kind < 0.9) return this.#report();
    if (kind < 0.95)
      return get(
        random.pick([
          "/v1/settings",
          "/v1/triggers",
          "/v1/triggers/runs",
          "/v1/keys",
          "/v1/audit?limit=3",
        ]),
      );
    return { type: "log", track: random.pick(["live", "shadow"]) };
  }

  /** Everything, as it is at the end of a run. */
  all(): readonly Call[] {
    const sessions = SESSIONS.map((id) => `/v1/sessions/${encodeURIComponent(id)}`);
    return [
      ...sessions.flatMap((path) => [get(`${path}/transitions`), get(`${path}/trace`)]),
      { type: "pages", path: "/v1/sessions?limit=5" },
      { type: "pages", path: "/v1/sessions?sort=changed&limit=3" },
      { type: "pages", path: "/v1/queue?limit=3" },
      { type: "pages", path: "/v1/agents?limit=2" },
      get("/v1/insights"),
      get("/v1/insights?track=shadow"),
      get("/v1/insights/outcomes"),
      get("/v1/reports?tz=Europe/Berlin&by=day"),
      get("/v1/settings"),
      get("/v1/triggers/runs"),
      get("/v1/keys"),
      { type: "log", track: "live" },
      { type: "log", track: "shadow" },
      { type: "pages", path: "/v1/audit?limit=20" },
    ];
  }

  #list(now: number): string {
    const random = this.#random;
    const some = <T extends string>(name: string, values: readonly [T, ...T[]]) =>
      `&${name}=${encodeURIComponent(random.pick(values))}`;
    const instant = () =>
      encodeURIComponent(`@+${random.below(now + 1)}`)
        .replaceAll("%40", "@")
        .replaceAll("%2B", "+");
    const filters: readonly [() => string, ...(() => string)[]] = [
      () => some("user", USERS),
      () => some("ticket", TICKETS),
      () => `${some("desk", DESKS)}${some("ticket", TICKETS)}`,
      () => some("desk", DESKS),
      () => some("tag", TAGS),
      () => some("group", GROUPS),
      () => some("assignee", AGENTS),
      () => some("reason", REASONS),
      () => some("state", ["none", "active", "inactive", "ended"]),
      () => `${some("presence", PRESENCES)}${some("state", UNENDED)}`,
      () => some("queue", ["none", "queued", "direct"]),
      () => some("q", QUERIES),
      () => `&changedAfter=${instant()}`,
      () => `&changedBefore=${instant()}`,
    ];
    const sort = random.chance(0.5) ? some("sort", ["id", "changed", "waiting"]) : "";
    const count = random.below(3);
    const chosen = Array.from({ length: count }, () => random.pick(filters)());
    const names = new Set<string>();
    // A parameter may be given once.
    const once = chosen
      .join("")
      .split("&")
      .filter((each) => {
        const [name = ""] = each.split("=");
        return each !== "" && !names.has(name) && names.add(name);
      });
    return `/v1/sessions?limit=${1 + random.below(6)}${once.map((each) => `&${each}`).join("")}${sort}`;
  }

  #maybeGroup(): string {
    return this.#random.chance(0.3)
      ? `&group=${encodeURIComponent(this.#random.pick(GROUPS))}`
      : "";
  }

  #report(): Call {
    const random = this.#random;
    const by = random.pick(["day", "week", "month"]);
    const tz = random.pick(["UTC", "Europe/Berlin", "Asia/Kathmandu", "Mars/Base"]);
    const path = `/v1/reports?by=${by}&tz=${encodeURIComponent(tz)}`;
    if (random.chance(0.7)) return get(path);
    const table = random.pick([
      "periods",
      "hours",
      "groups",
      "reasons",
      "waiting",
      "agents",
      "curve",
    ]);
    return { ...get(`${path}&table=${table}`), headers: { Accept: "text/csv" } };
  }
}

function get(path: string) {
  return { type: "request", method: "GET", path } as const;
}
