// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { part, show } from "../testing/render.ts";
import { Unheard } from "./unheard.tsx";

it("says since when no page was heard and what to check, until one is heard", async () => {
  await show(<Unheard since={null} />);
  expect(part("unheard").hidden).toBe(true);
  await show(<Unheard since="2026-01-01T10:20:30.000Z" />);
  expect(part("unheard").hidden).toBe(false);
  expect(part("unheard").textContent).toMatch(/since .*20:30.*balancer, DNS, the certificate/);
});
