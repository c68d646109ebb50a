// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ROLES, type Role } from "../../core/lists.ts";
import { ApiProblem } from "../live/problem.ts";
import type { OpenInvitation } from "../model/open-invitation.ts";
import type { Person, SignedIn } from "../model/person.ts";
import { createPeople } from "../state/people.ts";
import { doing, part, show } from "../testing/render.ts";
import { PeoplePage } from "./people-page.tsx";

const ANN: SignedIn = { id: "ann", email: "ann@example.com", role: "admin" };
const BEN: SignedIn = { id: "ben", email: "ben@example.com", role: "viewer" };
const createdAt = "2026-01-01T00:00:00.000Z";
let people: Person[];
let invitations: OpenInvitation[];
const setRole = vi.fn();
const withdrawInvitation = vi.fn();

beforeEach(() => {
  people = [ANN, BEN].map((person) => ({ ...person, createdAt }));
  invitations = [];
  withdrawInvitation.mockReset();
  setRole.mockReset().mockImplementation(async (id: string, role: Role) => {
    people = people.map((person) => (person.id === id ? { ...person, role } : person));
  });
});

/** An invitation that ann has made. */
const invitation = (id: string, role: Role): OpenInvitation => ({
  ...{ id, role, by: { person: "ann", name: ANN.email } },
  expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
});

async function start(): Promise<void> {
  const state = createPeople({
    people: async () => ({ people }),
    setRole,
    removePerson: vi.fn(),
    invite: vi.fn(),
    invitations: async () => ({ invitations }),
    withdrawInvitation,
  });
  await show(
    <>
      <nav class="pages">
        <a id="own-link" href="#/people" aria-current="page">
          People
        </a>
      </nav>
      <PeoplePage people={state} self={ANN} />
    </>,
  );
  await vi.waitFor(() => part("role-ben"));
}

function choose(role: Role): Promise<void> {
  return doing(() => {
    const choice = part<HTMLSelectElement>("role-ben-choice");
    choice.value = role;
    choice.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

describe("PeoplePage", () => {
  it("changes a role after a question that says what the role may do, and keeps its button", async () => {
    await start();
    const button = part<HTMLButtonElement>("role-ben");
    button.focus();
    await doing(() => button.click());
    const confirm = part<HTMLButtonElement>("role-ben-confirm");
    expect(confirm.disabled).toBe(true);
    await choose("operator");
    expect(part("role-ben-dialog").textContent).toContain("and most settings; not the mode");
    expect(setRole).not.toHaveBeenCalled();
    await doing(() => confirm.click());
    await vi.waitFor(() =>
      expect(part("people-status").textContent).toBe("ben@example.com now has the role: Operator."),
    );
    expect(setRole).toHaveBeenCalledExactlyOnceWith("ben", "operator");
    expect(part("role-ben")).toBe(button);
    expect(button.disabled).toBe(false);
  });

  it("never disables the button of a role, which would lose the focus", async () => {
    setRole.mockReturnValue(new Promise(() => {}));
    await start();
    await doing(() => part("role-ben").click());
    await choose("operator");
    await doing(() => part("role-ben-confirm").click());
    expect(part<HTMLButtonElement>("remove-ben").disabled).toBe(true);
    expect(part<HTMLButtonElement>("role-ben").disabled).toBe(false);
  });

  it("shows who joined meanwhile when its link is used again", async () => {
    await start();
    people = [...people, { ...BEN, id: "eve", email: "eve@example.com", createdAt }];
    await doing(() => part("own-link").click());
    await vi.waitFor(() => expect(part("people").textContent).toContain("eve@example.com"));
  });

  it("lists open invitations with their role and who made them", async () => {
    invitations = [invitation("1", "operator")];
    await start();
    expect(part("open-invitations").textContent).toContain(
      "Operator, invited by ann@example.com, until ",
    );
  });

  it("withdraws an invitation after a question, and says so", async () => {
    invitations = [invitation("1", "viewer"), invitation("2", "operator")];
    withdrawInvitation.mockImplementation(async (id: string) => {
      invitations = invitations.filter((each) => each.id !== id);
    });
    await start();
    await doing(() => part("withdraw-2").click());
    expect(part("withdraw-2-dialog").textContent).toContain("Nobody can join by its link");
    expect(withdrawInvitation).not.toHaveBeenCalled();
    await doing(() => part("withdraw-2-confirm").click());
    await vi.waitFor(() =>
      expect(part("people-status").textContent).toBe(
        "The invitation as Operator was withdrawn: its link is of no use now.",
      ),
    );
    expect(withdrawInvitation).toHaveBeenCalledExactlyOnceWith("2");
    expect(part("open-invitations").textContent).not.toContain("Operator");
    expect(part("open-invitations").textContent).toContain("Viewer");
  });

  it("shows that an invitation is open no longer where it was accepted meanwhile", async () => {
    invitations = [invitation("1", "viewer")];
    withdrawInvitation.mockImplementation(async () => {
      invitations = [];
      throw new ApiProblem("not_found", "This invitation is not open: list those that are.");
    });
    await start();
    await doing(() => part("withdraw-1").click());
    await doing(() => part("withdraw-1-confirm").click());
    await vi.waitFor(() =>
      expect(part("people-status").textContent).toContain("This invitation is not open"),
    );
    expect(document.getElementById("open-invitations")).toBeNull();
  });

  it.each(ROLES)("says of an invitation as %s what it may change, and what not", async (role) => {
    await start();
    await doing(() => {
      part<HTMLSelectElement>("invite-role").value = role;
      part("invite-role").dispatchEvent(new Event("change", { bubbles: true }));
    });
    const expected = {
      viewer: "and changes nothing",
      operator: "desks, webhooks, keys or people",
      admin: "sees and changes everything",
    }[role];
    expect(part("invite-role-hint").textContent).toContain(expected);
  });
});
