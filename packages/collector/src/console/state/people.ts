import { signal } from "@preact/signals";
import type { Role } from "../../core/lists.ts";
import type { Api } from "../live/api.ts";
import { entriesSince } from "../live/entries-since.ts";
import { type OpenInvitation, openInvitations } from "../model/open-invitation.ts";
import type { Person } from "../model/person.ts";
import { ROLE_WORDS } from "../model/role-words.ts";
import { createListWork } from "./work.ts";

/** Older ones have expired, and so had those that a person of the last 7 days may have accepted. */
const LOOK_BACK_MS = 14 * 86_400_000;

export type People = ReturnType<typeof createPeople>;

/** The people of the account, and what is done with them. */
export function createPeople(
  api: Pick<Api, "people" | "setRole" | "removePerson" | "invite" | "audit">,
) {
  /** The address of an invitation that was just made, and is never shown again. */
  const invitation = signal<string | null>(null);
  const open = signal<readonly OpenInvitation[]>([]);

  async function load(): Promise<readonly Person[]> {
    const now = Date.now();
    const [{ people }, invited, joined] = await Promise.all([
      api.people(),
      entriesSince(api, "person_invited", now - LOOK_BACK_MS),
      entriesSince(api, "person_joined", now - LOOK_BACK_MS),
    ]);
    open.value = openInvitations(invited, joined, now);
    return people;
  }

  const work = createListWork<Person>(load);
  const { list, status, isBusy, read, reload } = work;

  return {
    list,
    invitation,
    /** The invitations that can still be accepted, newest first. */
    openInvitations: open,
    status,
    isBusy,
    read,

    invite: (role: Role) =>
      work.run(async () => {
        invitation.value = (await api.invite(role)).url;
        await reload();
        return "The invitation is good once, for seven days.";
      }),

    setRole: ({ id, email }: Person, role: Role) =>
      work.run(async () => {
        try {
          await api.setRole(id, role);
        } finally {
          await reload();
        }
        return `${email} now has the role: ${ROLE_WORDS[role].title}.`;
      }),

    remove: ({ id, email }: Person) =>
      work.run(async () => {
        await api.removePerson(id);
        await reload();
        return `${email} was removed.`;
      }),
  };
}
