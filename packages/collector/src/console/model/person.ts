import type { Role } from "../../core/lists.ts";

/** A person who uses the console. */
export interface Person {
  id: string;
  email: string;
  role: Role;
  createdAt: string;
}

/** The person who is signed in. */
export type SignedIn = Omit<Person, "createdAt">;

/** How people show who they are. */
export interface Password {
  email: string;
  password: string;
}

/** What an invitation is good for that can be accepted. */
export interface Invited {
  role: Role;
  expiresAt: string;
}
