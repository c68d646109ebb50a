import { expect, it } from "vitest";
import { type Agent, freest, placesWords } from "./agent.ts";

const agent = (id: string, held: number, capacity: number | null): Agent => ({
  id,
  held,
  capacity,
  sessions: [],
});

it.each([
  [3, null, "3 held, no limit"],
  [1, 4, "1 of 4 held, 3 free"],
  [4, 4, "4 of 4 held: full"],
  [6, 4, "6 of 4 held: 2 too many"],
])("words %s held of %s", (held, capacity, words) => {
  expect(placesWords(agent("ana", held, capacity))).toBe(words);
});

it("finds the agent with most places free, and none where all are full", () => {
  const agents = [agent("ana", 2, 4), agent("ben", 1, 5), agent("cy", 5, 5)];
  expect(freest(agents)?.id).toBe("ben");
  expect(freest([...agents, agent("di", 9, null)])?.id).toBe("di");
  expect(freest([agent("cy", 5, 5)])).toBeUndefined();
});
