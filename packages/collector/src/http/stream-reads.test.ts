import { expect, it } from "vitest";
import { nextTurn } from "../async/turns.ts";
import { MAX_STREAM_READS, StreamReads } from "./stream-reads.ts";

it("reads for a few streams at the same time, and for each of very many", async () => {
  const reads = new StreamReads();
  const open: (() => void)[] = [];
  let most = 0;
  const read = () =>
    new Promise<void>((resolve) => {
      open.push(resolve);
      most = Math.max(most, open.length);
    });
  let isDone = false;
  const all = Promise.all(Array.from({ length: 500 }, () => reads.run(read))).then(() => {
    isDone = true;
  });
  while (!isDone) {
    await nextTurn();
    // All that were asked for meanwhile are answered together.
    for (const answer of open.splice(0)) answer();
  }
  await all;
  expect(most).toBe(MAX_STREAM_READS);
});
