/**
 * Limits by address what the coordinator refuses to the holders of no valid key or sign-in: it is one object, and
 * a stranger's floods would take its time. One that the coordinator has accepted counts no more, so that a
 * stranger at the same address shuts out neither a desk nor a person.
 * @module
 */
import type { Clock } from "../../engine/clock.ts";
import { hashOf } from "../../engine/keys.ts";
import { addressGroup } from "../../http/address-group.ts";
import { problemReplyOf } from "../../http/problem.ts";
import { DEFAULT_LIMITS, RateLimit, tooManyRequests } from "../../http/rate-limit.ts";
import { TwoGenerationLru } from "../../stores/two-generation-lru.ts";

const MAX_ACCEPTED = 10_000;
const UNAUTHORIZED = 401;

/** Routes below /v1 that anyone may use: what they answer says nothing of a key. */
const OPEN = /^\/v1\/(?:sign-in|invitations\/accept|accounts|desks\/[^/]*\/inbound)(?:\/|$)/;

export class ApiGate {
  readonly #refused: RateLimit;
  readonly #accepted = new TwoGenerationLru<true>(MAX_ACCEPTED);

  constructor(clock: Clock) {
    this.#refused = new RateLimit(clock, DEFAULT_LIMITS.perAddress);
  }

  /** The coordinator's answer, or 429 without asking it. */
  async fetch(
    request: Request,
    address: string,
    ask: (request: Request) => Promise<Response>,
  ): Promise<Response> {
    const path = pathOf(request);
    if (!path.startsWith("/v1/")) return ask(request);
    const counted = addressGroup(address);
    const proof = OPEN.test(path) ? null : await proofOf(request);
    if (proof !== null) return this.#fetchProved(request, proof, counted, ask);
    // Many may use these at the same time, as a desk does that reports messages.
    if (this.#refused.isReached(counted)) return tooMany();
    const response = await ask(request);
    if (response.status === UNAUTHORIZED) this.#refused.allow(counted);
    return response;
  }

  async #fetchProved(
    request: Request,
    proof: string,
    counted: string,
    ask: (request: Request) => Promise<Response>,
  ): Promise<Response> {
    if (this.#accepted.get(proof) !== undefined) {
      const response = await ask(request);
      if (response.status === UNAUTHORIZED) this.#accepted.delete(proof);
      return response;
    }
    const takeBack = this.#refused.reserve(counted);
    if (!takeBack) return tooMany();
    const response = await ask(request);
    if (response.status !== UNAUTHORIZED) takeBack();
    if (response.ok) this.#accepted.set(proof, true);
    return response;
  }
}

/** As routes match it. */
function pathOf({ url }: Request): string {
  const { pathname } = new URL(url);
  try {
    return decodeURI(pathname);
  } catch {
    return pathname;
  }
}

/** A hash of the key or the cookies that the request has; `null`: it has none. */
async function proofOf({ headers }: Request): Promise<string | null> {
  const proofs = [headers.get("Authorization"), headers.get("Cookie")];
  return proofs.every((proof) => proof === null) ? null : hashOf(proofs.join("\n"));
}

function tooMany(): Response {
  const { status, headers, body } = problemReplyOf(tooManyRequests("address"));
  return new Response(body, { status, headers });
}
