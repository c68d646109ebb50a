import { describe, expect, it } from "vitest";
import type { Role } from "../../core/lists.ts";
import type { AuditEntry } from "./audit.ts";
import { openInvitations } from "./open-invitation.ts";

const at = (day: number) => new Date(Date.UTC(2026, 0, day)).toISOString();
const by = { person: "p", name: "ann@example.com" };

const invited = (id: string, day: number, role: Role = "viewer"): AuditEntry => ({
  ...{ id, at: at(day), by, action: "person_invited", target: null, from: null },
  to: { role, expiresAt: at(day + 7) },
  undo: null,
});
const joined = (day: number, role: Role): AuditEntry => ({
  ...{ id: `j${day}`, at: at(day), by, action: "person_joined", target: "p", from: null },
  to: { email: "ben@example.com", role },
  undo: null,
});

const idsAt = (day: number, invitations: AuditEntry[], people: AuditEntry[]) =>
  openInvitations(invitations, people, Date.parse(at(day))).map(({ id }) => id);

describe("openInvitations", () => {
  it("says of an invitation who made it, for which role and until when it is good", () => {
    expect(openInvitations([invited("a", 1)], [], Date.parse(at(2)))).toEqual([
      { id: "a", role: "viewer", by: "ann@example.com", expiresAt: at(8) },
    ]);
  });

  it("leaves out those that expired or were accepted, each by one person of its role", () => {
    const all = [invited("d", 4, "admin"), invited("c", 3), invited("b", 2), invited("a", 1)];
    expect(idsAt(5, all, [])).toEqual(["d", "c", "b", "a"]);
    expect(idsAt(5, all, [joined(4, "viewer")])).toEqual(["d", "c", "b"]);
    expect(idsAt(5, all, [joined(5, "admin"), joined(4, "viewer")])).toEqual(["c", "b"]);
    expect(idsAt(8, all, [])).toEqual(["d", "c", "b"]);
  });

  it("takes an invitation as accepted by nobody who joined before it, or after its end", () => {
    expect(idsAt(5, [invited("b", 4)], [joined(3, "viewer")])).toEqual(["b"]);
    expect(idsAt(10, [invited("b", 9), invited("a", 1)], [joined(8, "viewer")])).toEqual(["b"]);
  });
});
