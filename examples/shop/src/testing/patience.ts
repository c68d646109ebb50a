import { vi } from "vitest";

/**
 * Ends none of the shop's waits for its collector: a busy machine may take longer to answer than a visitor
 * would wait.
 */
export function waitForAnswers(): void {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  vi.spyOn(AbortSignal, "timeout").mockImplementation(() => new AbortController().signal);
}
