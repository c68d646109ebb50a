// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { PAGES, type PagePath } from "../state/route.ts";
import { part, show } from "../testing/render.ts";
import { RoleGate } from "./role-gate.tsx";

type Offer = "everything" | "a look" | "nothing";

/** What a person of a role is offered on a page. */
async function offered(page: PagePath, role: "viewer" | "operator" | "admin"): Promise<Offer> {
  const children = <p id="content">What the page shows</p>;
  await show(<RoleGate page={page} role={role} children={children} />);
  if (!document.getElementById("content")) {
    expect(part(`page-${page}`).textContent).toContain("for people with the role Admin");
    return "nothing";
  }
  return document.getElementById("role-note") ? "a look" : "everything";
}

it.each<[PagePath, viewer: Offer, operator: Offer]>([
  ["now", "everything", "everything"],
  ["conversations", "everything", "everything"],
  ["agents", "a look", "everything"],
  ["reports", "everything", "everything"],
  ["setup", "a look", "a look"],
  ["presence", "a look", "a look"],
  ["triggers", "a look", "everything"],
  ["settings", "a look", "everything"],
  ["webhooks", "a look", "a look"],
  ["desks", "nothing", "nothing"],
  ["people", "nothing", "nothing"],
  ["audit", "nothing", "nothing"],
])(
  "offers on the page %s %s to a viewer, and %s to an operator",
  async (page, viewer, operator) => {
    expect(await offered(page, "viewer")).toBe(viewer);
    expect(await offered(page, "operator")).toBe(operator);
    expect(await offered(page, "admin")).toBe("everything");
    expect(PAGES.map(({ path }) => path)).toContain(page);
  },
);
