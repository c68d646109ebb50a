import { signal } from "@preact/signals";
import type { Role } from "../../core/lists.ts";
import type { Api } from "../live/api.ts";
import type { SecretKey } from "../model/secret-key.ts";
import { createListWork } from "./work.ts";

export type SecretKeys = ReturnType<typeof createKeys>;

/** The account's secret keys, and what is done with them. */
export function createKeys(api: Pick<Api, "keys" | "addKey" | "revokeKey">) {
  /** A key that was just created, and is never shown again. */
  const secret = signal<string | null>(null);
  const work = createListWork(api.keys, (found): readonly SecretKey[] => found.keys);
  const { list, status, isBusy, read } = work;

  return {
    list,
    secret,
    status,
    isBusy,
    read,

    add: (role: Role, name: string, overlapHours: number) =>
      work.change(async () => {
        const added = await api.addKey({ role, overlapHours, ...(name !== "" && { name }) });
        secret.value = added.key;
        return "The key was created.";
      }),

    revoke: ({ id, hint }: SecretKey) =>
      work.change(async () => {
        await api.revokeKey(id);
        return `The key ${hint}… is no longer valid.`;
      }),
  };
}
