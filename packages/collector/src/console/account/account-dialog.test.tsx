// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest";
import { ApiProblem } from "../live/problem.ts";
import { createAccount } from "../state/account.ts";
import { doing, part, show } from "../testing/render.ts";
import { AccountDialog } from "./account-dialog.tsx";

async function start() {
  const person = { id: "p", email: "ann@example.com", role: "viewer" } as const;
  const changePassword = vi.fn(async () => person);
  const signOutEverywhere = vi.fn(async () => ({}));
  const account = createAccount({ changePassword, signOutEverywhere });
  await show(<AccountDialog account={account} person={person} />);
  await doing(account.open);
  part<HTMLInputElement>("current-password").value = "correct horse battery";
  part<HTMLInputElement>("new-password").value = "a staple for every horse";
  const submit = () =>
    doing(() => part("password-change").dispatchEvent(new Event("submit", { cancelable: true })));
  return { changePassword, submit };
}

const status = () => part("account-status").textContent;

describe("AccountDialog", () => {
  it("changes the password, and keeps neither of the two in the page", async () => {
    const { changePassword, submit } = await start();
    expect(part("account").textContent).toContain("ann@example.com. Viewer");
    await submit();
    await vi.waitFor(() => expect(status()).toContain("Your password was changed."));
    expect(changePassword).toHaveBeenCalledExactlyOnceWith(
      "correct horse battery",
      "a staple for every horse",
    );
    expect(part<HTMLInputElement>("current-password").value).toBe("");
    expect(part<HTMLInputElement>("new-password").value).toBe("");
  });

  it("says that the current password is another one, and keeps what was typed", async () => {
    const { changePassword, submit } = await start();
    const wrong = new ApiProblem("password_wrong", "Check the current password.");
    changePassword.mockRejectedValueOnce(wrong);
    await submit();
    await vi.waitFor(() => expect(status()).toBe("Check the current password."));
    expect(part<HTMLInputElement>("new-password").value).toBe("a staple for every horse");
    expect(document.activeElement).toBe(part("current-password"));
  });
});
