import { expect, it } from "vitest";
import { nextLocalEpoch } from "./shard-broadcasts.ts";

it.each([0, 12, 2 ** 26 - 2])(
  "2^21 broadcasts of a shard in a row rise from the coordinator's epoch %d, and stay below its next one",
  (first) => {
    let epoch = first;
    let rises = 0;
    for (let count = 0; count < 2 ** 21; count += 1) {
      const next = nextLocalEpoch(epoch);
      if (next > epoch) rises += 1;
      epoch = next;
    }
    expect(rises).toBe(2 ** 21);
    expect(epoch).toBeLessThan(first + 1);
  },
);
