import type { Role } from "../../core/lists.ts";

/** What each role is called, and what its holder may do. */
export const ROLE_WORDS: Record<Role, { title: string; may: string }> = {
  viewer: { title: "Viewer", may: "sees everything but desks, keys, people and the audit log" },
  operator: {
    title: "Operator",
    may: "also reports for conversations, and changes triggers and most settings",
  },
  admin: { title: "Admin", may: "may do everything" },
};
