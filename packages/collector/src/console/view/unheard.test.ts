// @vitest-environment happy-dom
import { beforeEach, expect, it } from "vitest";
import { showUnheard } from "./unheard.ts";

beforeEach(() => {
  document.body.innerHTML = `<p id="unheard" hidden></p>`;
});

const notice = () => document.getElementById("unheard") as HTMLElement;

it("says since when no page was heard and what to check, until one is heard", () => {
  showUnheard(null);
  expect(notice().hidden).toBe(true);
  showUnheard("2026-01-01T10:20:30.000Z");
  expect(notice().hidden).toBe(false);
  expect(notice().textContent).toMatch(/since .*20:30.*balancer, DNS, the certificate/);
  showUnheard(null);
  expect(notice().hidden).toBe(true);
});
