import { expect, it } from "vitest";
import { comparePositions, type ListPosition } from "../list.ts";
import { PositionList } from "./position-list.ts";

it("has positions in order, by time and then id, through additions and deletions", () => {
  const list = new PositionList();
  const positions = Array.from({ length: 3_000 }, (_, index): ListPosition => {
    const mixed = (index * 7_919) % 10_007;
    return { at: 1_700_000_000_000 + Math.floor(mixed / 40), id: `s${mixed}` };
  });
  for (const position of positions) list.add(position);
  for (const position of positions.slice(0, 1_000)) list.delete(position);
  list.delete({ at: 0, id: "absent" });
  list.delete({ at: positions[1_500]?.at ?? 0, id: "absent" });
  const left = positions.slice(1_000).sort(comparePositions);
  expect([...list.after(null)]).toEqual(left);
  const behind = { at: left[700]?.at ?? 0, id: "" };
  const rest = left.filter((position) => comparePositions(position, behind) > 0);
  expect([...list.after(behind)]).toEqual(rest);
  expect([...list.after(left[700] ?? null)]).toEqual(left.slice(701));
});

it("is empty after the last position is deleted, and has room for new ones", () => {
  const list = new PositionList();
  list.add({ at: 1, id: "a" });
  list.delete({ at: 1, id: "a" });
  expect([...list.after(null)]).toEqual([]);
  list.add({ at: -2, id: "b" });
  expect([...list.after(null)]).toEqual([{ at: -2, id: "b" }]);
});
