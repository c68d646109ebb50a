import { describe, expect, it, vi } from "vitest";
import { coalesce } from "./coalesce.ts";

/** Work that the test ends or fails. */
function controlled() {
  const runs: { key: string; end: () => void; fail: (error: Error) => void }[] = [];
  const work = (key: string) =>
    new Promise<void>((end, fail) => {
      runs.push({ key, end, fail });
    });
  return { runs, work };
}

const settled = () => new Promise<void>((done) => setImmediate(done));

describe("coalesce", () => {
  it("runs once for the requests of one turn, and once more for any number during a run", async () => {
    const { runs, work } = controlled();
    const request = coalesce(work, vi.fn());
    for (let i = 0; i < 5; i += 1) request("a");
    await settled();
    expect(runs).toHaveLength(1);
    for (let i = 0; i < 5; i += 1) request("a");
    expect(runs).toHaveLength(1);
    runs[0]?.end();
    await settled();
    expect(runs).toHaveLength(2);
    runs[1]?.end();
    await settled();
    expect(runs).toHaveLength(2);
  });

  it("pauses between two runs", async () => {
    vi.useFakeTimers();
    const work = vi.fn(async () => {});
    const request = coalesce(work, vi.fn(), 200);
    request("a");
    await vi.advanceTimersByTimeAsync(100);
    request("a");
    expect(work).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(work).toHaveBeenCalledTimes(2);
    vi.useRealTimers();
  });

  it("runs different keys concurrently", async () => {
    const { runs, work } = controlled();
    const request = coalesce(work, vi.fn());
    request("a");
    request("b");
    await settled();
    expect(runs.map(({ key }) => key)).toEqual(["a", "b"]);
  });

  it("reports a failure, and runs again at the next request", async () => {
    const { runs, work } = controlled();
    const failed = vi.fn();
    const request = coalesce(work, failed);
    request("a");
    await settled();
    runs[0]?.fail(new Error("away"));
    await settled();
    expect(failed).toHaveBeenCalledOnce();
    request("a");
    await settled();
    expect(runs).toHaveLength(2);
  });
});
