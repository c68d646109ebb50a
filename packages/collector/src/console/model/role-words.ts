import type { Role } from "../../core/lists.ts";

/** What each role is called, and what its holder may do. */
export const ROLE_WORDS: Record<Role, { title: string; may: string }> = {
  viewer: {
    title: "Viewer",
    may: "sees everything but desks, keys, people and the audit log, and changes nothing",
  },
  operator: {
    title: "Operator",
    may: "sees the same as a Viewer, reports for conversations, and changes triggers, agents and most settings; not the mode of presence, who may report, how long data is kept, desks, webhooks, keys or people",
  },
  admin: { title: "Admin", may: "sees and changes everything, also keys, people and their roles" },
};
