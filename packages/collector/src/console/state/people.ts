import { signal } from "@preact/signals";
import type { Role } from "../../core/lists.ts";
import type { Api } from "../live/api.ts";
import type { OpenInvitation } from "../model/open-invitation.ts";
import type { Person } from "../model/person.ts";
import { ROLE_WORDS } from "../model/role-words.ts";
import { createListWork } from "./work.ts";

export type People = ReturnType<typeof createPeople>;

/** The people of the account, and what is done with them. */
export function createPeople(
  api: Pick<
    Api,
    "people" | "setRole" | "removePerson" | "invite" | "invitations" | "withdrawInvitation"
  >,
) {
  /** The address of an invitation that was just made, and is never shown again. */
  const invitation = signal<string | null>(null);
  const open = signal<readonly OpenInvitation[]>([]);

  const work = createListWork(
    () => Promise.all([api.people(), api.invitations()]),
    ([{ people }, { invitations }]): readonly Person[] => {
      open.value = invitations;
      return people;
    },
  );
  const { list, status, isBusy, read, reload } = work;

  /** A refusal may be due to what the list does not show yet. */
  async function readIfRefused(change: Promise<unknown>): Promise<void> {
    try {
      await change;
    } catch (failure) {
      await reload().catch(() => {});
      throw failure;
    }
  }

  return {
    list,
    invitation,
    /** The invitations that can still be accepted. */
    openInvitations: open,
    status,
    isBusy,
    read,

    invite: (role: Role) =>
      work.change(async () => {
        invitation.value = (await api.invite(role)).url;
        return "The invitation is good once, for seven days.";
      }),

    withdraw: ({ id, role }: OpenInvitation) =>
      work.change(async () => {
        await readIfRefused(api.withdrawInvitation(id));
        return `The invitation as ${ROLE_WORDS[role].title} was withdrawn: its link is of no use now.`;
      }),

    setRole: ({ id, email }: Person, role: Role) =>
      work.change(async () => {
        await readIfRefused(api.setRole(id, role));
        return `${email} now has the role: ${ROLE_WORDS[role].title}.`;
      }),

    remove: ({ id, email }: Person) =>
      work.change(async () => {
        await api.removePerson(id);
        return `${email} was removed.`;
      }),
  };
}
