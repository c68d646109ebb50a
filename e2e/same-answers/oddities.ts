/**
 * Generates requests that no correct client makes, and those of other transports: each is refused, or taken, with
 * the same words everywhere.
 * @module
 */
import type { Random } from "../support/random.ts";
import type { Call } from "./plan.ts";

type Request = Extract<Call, { type: "request" }>;
type Oddity = Omit<Request, "type">;

const SIGNALS = "/v1/signals";
const TEXT = { "Content-Type": "text/plain" };
const JSON_TYPE = { "Content-Type": "application/json" };
const LONG = "x".repeat(5_000);

/** Of pages: they have no key. */
export const BY_PAGES: readonly [Oddity, ...Oddity[]] = [
  { method: "POST", path: SIGNALS, headers: TEXT, text: "" },
  { method: "POST", path: SIGNALS, headers: TEXT, text: "{" },
  { method: "POST", path: SIGNALS, headers: TEXT, text: "[]" },
  { method: "POST", path: SIGNALS, headers: TEXT, text: "null" },
  { method: "POST", path: SIGNALS, headers: TEXT, text: "\uFEFF{}" },
  { method: "POST", path: SIGNALS, headers: TEXT, text: `{"v":1,"x":"${LONG}"}` },
  { method: "POST", path: `${SIGNALS}?x=1`, headers: JSON_TYPE, text: '{"v":1}' },
  { method: "POST", path: `${SIGNALS}/`, headers: TEXT, text: '{"v":1}' },
  { method: "POST", path: SIGNALS, headers: { "Content-Type": "image/png" }, text: '{"v":1}' },
  { method: "POST", path: SIGNALS, headers: { ...TEXT, Origin: "null" }, text: '{"v":1}' },
  { method: "GET", path: SIGNALS },
  { method: "PUT", path: SIGNALS, headers: TEXT, text: "{}" },
  { method: "DELETE", path: SIGNALS },
  { method: "OPTIONS", path: SIGNALS },
  {
    method: "OPTIONS",
    path: SIGNALS,
    headers: {
      Origin: "https://shop.example",
      "Access-Control-Request-Headers": "content-type,x-a",
    },
  },
  { method: "OPTIONS", path: SIGNALS, headers: { "Access-Control-Request-Headers": "a b" } },
];

/** Of servers: with the account's key. */
export const BY_SERVERS: readonly [Oddity, ...Oddity[]] = [
  { method: "GET", path: "/healthz" },
  { method: "GET", path: "/readyz" },
  { method: "GET", path: "/v1" },
  { method: "GET", path: "/v1/nothing" },
  { method: "GET", path: "/v1/sessions/" },
  { method: "GET", path: "/v1/sessions/%2e%2e" },
  { method: "GET", path: "/v1/sessions/%E0%A4%A" },
  { method: "GET", path: `/v1/sessions/${LONG}` },
  { method: "GET", path: "/v1/sessions/a%20b" },
  { method: "GET", path: "/v1/sessions/a%2Fb" },
  { method: "HEAD", path: "/v1/sessions/conv_1" },
  { method: "HEAD", path: "/v1/sessions" },
  { method: "HEAD", path: "/v1/stream" },
  { method: "OPTIONS", path: "/v1/sessions" },
  { method: "POST", path: "/v1/sessions", headers: JSON_TYPE, text: "{}" },
  { method: "PATCH", path: "/v1/sessions/conv_1", headers: JSON_TYPE, text: "{}" },
  { method: "GET", path: "/v1/sessions?limit=0" },
  { method: "GET", path: "/v1/sessions?limit=501" },
  { method: "GET", path: "/v1/sessions?limit=two" },
  { method: "GET", path: "/v1/sessions?limit=1&limit=2" },
  { method: "GET", path: "/v1/sessions?unknown=1" },
  { method: "GET", path: "/v1/sessions?cursor=nothing" },
  { method: "GET", path: "/v1/sessions?changedAfter=yesterday" },
  { method: "GET", path: "/v1/sessions?q=%00" },
  { method: "GET", path: "/v1/sessions?user=%E0" },
  { method: "GET", path: "/v1/queue?group=" },
  { method: "GET", path: "/v1/agents?cursor=%21" },
  { method: "GET", path: "/v1/agents/nobody%20there" },
  { method: "GET", path: "/v1/transitions?after=nothing" },
  { method: "GET", path: "/v1/transitions?after=abcdefgh-1" },
  { method: "GET", path: "/v1/transitions?after=abcdefgh:conv_1:k2:1" },
  { method: "GET", path: "/v1/transitions?limit=3&after=999999999999999" },
  { method: "GET", path: "/v1/sessions/conv_1/transitions?cursor=-1" },
  { method: "GET", path: "/v1/sessions/conv_1/transitions?cursor=999999" },
  { method: "GET", path: "/v1/reports?from=2020-01-02&to=2020-01-01" },
  { method: "GET", path: "/v1/reports?from=2019-01-01" },
  { method: "GET", path: "/v1/insights?days=0" },
  { method: "PUT", path: "/v1/sessions/conv_1", headers: JSON_TYPE, text: "{" },
  { method: "PUT", path: "/v1/sessions/conv_1", headers: JSON_TYPE, text: "" },
  { method: "PUT", path: "/v1/sessions/conv_1", headers: TEXT, text: "{}" },
  { method: "PUT", path: "/v1/sessions/conv_1", headers: JSON_TYPE, text: '{"user":"\\ud800"}' },
  { method: "PUT", path: "/v1/sessions/conv_1", headers: JSON_TYPE, text: '{"user":"a\\u0000"}' },
  { method: "PUT", path: "/v1/sessions/conv_1", headers: JSON_TYPE, text: `{"user":"${LONG}"}` },
  { method: "PUT", path: "/v1/sessions/.", headers: JSON_TYPE, text: "{}" },
  {
    method: "PATCH",
    path: "/v1/settings",
    headers: { ...JSON_TYPE, "If-Match": '"other"' },
    text: "{}",
  },
  { method: "PUT", path: "/v1/triggers", headers: { ...JSON_TYPE, "If-Match": "*" }, text: "[]" },
  {
    method: "POST",
    path: "/v1/tokens",
    headers: JSON_TYPE,
    text: '{"session":"conv_1","ttlSeconds":0}',
  },
  {
    method: "POST",
    path: "/v1/tokens",
    headers: JSON_TYPE,
    text: '{"session":"conv_1","user":"ann"}',
  },
  { method: "GET", path: "/v1/people" },
  { method: "GET", path: "/v1/invitations" },
  { method: "GET", path: "/v1/webhooks" },
  { method: "GET", path: "/v1/desks" },
  { method: "GET", path: "/v1/desks/$account" },
  { method: "GET", path: "/v1/desks/$account/parked" },
  { method: "GET", path: "/v1/desks/$account/dry-run" },
  { method: "GET", path: "/v1/desks/$account/deliveries" },
  { method: "POST", path: "/v1/desks/$account/test" },
  { method: "POST", path: "/v1/desks/nothing/inbound", headers: JSON_TYPE, text: "{}" },
  { method: "GET", path: "/v1/sign-in" },
  { method: "DELETE", path: "/v1/users/nobody" },
  { method: "GET", path: "/v1/audit?limit=5&action=settings_changed" },
  { method: "POST", path: "/v1/audit/nothing/undo", headers: JSON_TYPE, text: "{}" },
];

/** More refused signals of an address than a second may have. */
const FLOOD: Call = {
  type: "burst",
  count: 52,
  call: { type: "request", ...BY_PAGES[0], as: "none" },
};

export class Oddities {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): Call {
    const random = this.#random;
    if (random.chance(0.03)) return FLOOD;
    if (random.chance(0.4)) return { type: "request", ...random.pick(BY_PAGES), as: "none" };
    return { type: "request", ...random.pick(BY_SERVERS) };
  }
}
