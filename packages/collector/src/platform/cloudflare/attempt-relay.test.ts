import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Clock } from "../../engine/clock.ts";
import { AttemptRelay, type RelayedAttempts } from "./attempt-relay.ts";

let sent: RelayedAttempts[];
let errors: unknown[];
let relay: AttemptRelay;
let send: (attempts: RelayedAttempts) => Promise<void>;
beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  sent = [];
  errors = [];
  send = async (attempts) => {
    sent.push(attempts);
  };
  relay = new AttemptRelay(new Clock(Date.now), (attempts) => send(attempts));
});
afterEach(() => {
  vi.useRealTimers();
});

const refuse = (origin: string) => relay.record("shop", { code: "origin_not_allowed", origin });
const run = () => relay.run((error) => errors.push(error));

it("hands on those of a second together, counted by kind", async () => {
  refuse("https://a.example");
  const first = run();
  refuse("https://b.example");
  refuse("https://a.example");
  await run();
  expect(sent).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_000);
  await first;
  const kind = { code: "origin_not_allowed", lastAt: 1_000_000 };
  const [b, a] = ["https://b.example", "https://a.example"];
  expect(sent).toEqual([
    [
      [
        "shop",
        [
          { ...kind, origin: b, count: 1 },
          { ...kind, origin: a, count: 2 },
        ],
      ],
    ],
  ]);
});

it("hands on nothing where nothing was refused, and each only once", async () => {
  await run();
  refuse("https://a.example");
  const first = run();
  await vi.advanceTimersByTimeAsync(1_000);
  await first;
  await run();
  expect(sent).toHaveLength(1);
});

it("goes on after a request that was cancelled while it waited, and after an error", async () => {
  refuse("https://a.example");
  void run();
  vi.clearAllTimers();
  vi.setSystemTime(1_000_000 + 11_000);
  send = () => Promise.reject(new Error("The coordinator is away."));
  const failed = run();
  await vi.advanceTimersByTimeAsync(1_000);
  await failed;
  expect(errors).toHaveLength(1);
  send = async (attempts) => {
    sent.push(attempts);
  };
  refuse("https://b.example");
  const next = run();
  await vi.advanceTimersByTimeAsync(1_000);
  await next;
  expect(sent).toHaveLength(1);
});
