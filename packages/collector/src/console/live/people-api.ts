import type { Role } from "../../core/lists.ts";
import type { OpenInvitation } from "../model/open-invitation.ts";
import type { Invited, Password, Person, SignedIn } from "../model/person.ts";
import type { Send } from "./account-api.ts";
import { problemIn } from "./problem.ts";

/**
 * The routes of people and of their sign-in.
 * @param ask sends a request of someone who may not be signed in
 */
export function createPeopleApi(
  send: Send,
  ask: (path: string, init: RequestInit) => Promise<Response>,
) {
  async function post<T = SignedIn>(path: string, body: object): Promise<T> {
    const headers = { "content-type": "application/json" };
    const response = await ask(path, { method: "POST", headers, body: JSON.stringify(body) });
    if (!response.ok) throw await problemIn(response);
    return response.json();
  }

  const personPath = (id: string) => `v1/people/${encodeURIComponent(id)}`;

  return {
    /** The person of this browser's cookie; `null` if there is none. */
    async whoAmI(): Promise<SignedIn | null> {
      const response = await ask("v1/sign-in", {});
      if (response.ok) return response.json();
      if (response.status < 500) return null;
      throw await problemIn(response);
    },

    signIn: (given: Password | { enter: string }) => post("v1/sign-in", given),
    /** What an invitation is good for; refused if it cannot be accepted. */
    readInvitation: (token: string) => post<Invited>("v1/sign-in/invitation", { token }),
    /** Becomes a person of the account. */
    acceptInvitation: (token: string, given: Password) =>
      post("v1/invitations/accept", { token, ...given }),
    signOut: () => send("DELETE", "v1/sign-in"),
    signOutEverywhere: () => send("DELETE", "v1/sign-in/all"),

    /** Ends all other sign-ins of the person. */
    changePassword: (password: string, newPassword: string) =>
      send<SignedIn>("PUT", "v1/sign-in/password", { password, newPassword }),

    people: () => send<{ people: Person[] }>("GET", "v1/people"),
    setRole: (id: string, role: Role) => send<Person>("PATCH", personPath(id), { role }),
    removePerson: (id: string) => send("DELETE", personPath(id)),
    /** A link that is good once. */
    invite: (role: Role) =>
      send<{ url: string; expiresAt: string }>("POST", "v1/invitations", { role }),
    /** Those that can still be accepted. */
    invitations: () => send<{ invitations: OpenInvitation[] }>("GET", "v1/invitations"),
    withdrawInvitation: (id: string) => send("DELETE", `v1/invitations/${encodeURIComponent(id)}`),
  };
}
