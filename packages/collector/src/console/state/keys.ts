import { signal } from "@preact/signals";
import type { Role } from "../../core/lists.ts";
import type { Api } from "../live/api.ts";
import type { SecretKey } from "../model/webhook.ts";
import { createWork } from "./work.ts";

export type SecretKeys = ReturnType<typeof createKeys>;

/** The account's secret keys, and what is done with them. */
export function createKeys(api: Pick<Api, "keys" | "addKey" | "revokeKey">) {
  const list = signal<readonly SecretKey[] | null>(null);
  /** A key that was just created, and is never shown again. */
  const secret = signal<string | null>(null);
  const work = createWork();

  const reload = async () => {
    list.value = (await api.keys()).keys;
  };

  return {
    list,
    secret,
    status: work.status,
    isBusy: work.isBusy,

    read: () =>
      work.run(async () => {
        await reload();
        return "";
      }),

    add: (role: Role, name: string, overlapHours: number) =>
      work.run(async () => {
        const added = await api.addKey({ role, overlapHours, ...(name !== "" && { name }) });
        secret.value = added.key;
        await reload();
        return "The key was created.";
      }),

    revoke: ({ id, hint }: SecretKey) =>
      work.run(async () => {
        await api.revokeKey(id);
        await reload();
        return `The key ${hint}… is no longer valid.`;
      }),
  };
}
