// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { show } from "../testing/render.ts";
import { aSession, aShadow } from "../testing/session.ts";
import { PresenceMark } from "./presence-mark.tsx";

const text = () => document.querySelector(".presence")?.textContent;

it("says what would be in the order in which it is read", async () => {
  await show(<PresenceMark of={aSession({ shadow: aShadow() })} />);
  expect(text()).toBe("would be Gone");
  expect(document.querySelector(".presence")?.className).toBe("presence trial");
});

it.each([
  ["where presence counts", aSession()],
  [
    "where there is no page to be seen in a trial run either",
    aSession({ presence: "unsupported", shadow: aShadow({ presence: "unsupported" }) }),
  ],
])("says nothing of what would be %s", async (_, session) => {
  await show(<PresenceMark of={session} />);
  expect(document.querySelector("small")?.hidden).toBe(true);
});
