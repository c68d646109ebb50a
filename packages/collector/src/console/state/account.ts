import { signal } from "@preact/signals";
import type { Api } from "../live/api.ts";
import { createWork } from "./work.ts";

export type Account = ReturnType<typeof createAccount>;

/** What the person at this browser does with their own sign-in. */
export function createAccount(api: Pick<Api, "changePassword" | "signOutEverywhere">) {
  const isOpen = signal(false);
  const work = createWork();

  return {
    ...work,
    /** Whether the dialog is shown. */
    isOpen,

    open(): void {
      work.status.value = "";
      isOpen.value = true;
    },

    /** @returns whether it was changed */
    changePassword: (password: string, newPassword: string) =>
      work.run(async () => {
        await api.changePassword(password, newPassword);
        return "Your password was changed. You are signed out in every other browser.";
      }),

    signOutEverywhere: () =>
      work.run(async () => {
        await api.signOutEverywhere();
        return "Signed out everywhere.";
      }),
  };
}
