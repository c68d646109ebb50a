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

/** How people show who they are: by a password, by a link, or with a secret key. */
export type Credentials = { email: string; password: string } | { enter: string } | { key: string };
