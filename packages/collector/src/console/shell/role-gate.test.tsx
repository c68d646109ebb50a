// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { PAGES, type PagePath } from "../state/route.ts";
import { part, show } from "../testing/render.ts";
import { RoleGate } from "./role-gate.tsx";

type Offer = "changes" | "a look" | "nothing";

/** What a person of a role is offered on a page. */
async function offered(page: PagePath, role: "viewer" | "operator" | "admin"): Promise<Offer> {
  const children = <button type="button">Save</button>;
  await show(<RoleGate page={page} role={role} children={children} />);
  const isShown = document.querySelector("button") !== null;
  if (!isShown) {
    expect(part(`page-${page}`).textContent).toContain("for people with the role Admin");
    return "nothing";
  }
  return document.querySelector("fieldset[disabled] button") ? "a look" : "changes";
}

it.each<[PagePath, viewer: Offer, operator: Offer]>([
  ["now", "changes", "changes"],
  ["setup", "a look", "a look"],
  ["presence", "a look", "a look"],
  ["triggers", "a look", "changes"],
  ["settings", "a look", "changes"],
  ["webhooks", "a look", "changes"],
  ["desks", "nothing", "nothing"],
  ["people", "nothing", "nothing"],
  ["audit", "nothing", "nothing"],
])(
  "offers on the page %s %s to a viewer, and %s to an operator",
  async (page, viewer, operator) => {
    expect(await offered(page, "viewer")).toBe(viewer);
    expect(await offered(page, "operator")).toBe(operator);
    expect(await offered(page, "admin")).toBe("changes");
    expect(PAGES.map(({ path }) => path)).toContain(page);
  },
);
