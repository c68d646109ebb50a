// @vitest-environment happy-dom
import { signal } from "@preact/signals";
import { describe, expect, it, vi } from "vitest";
import type { Invited } from "../model/person.ts";
import { doing, part, show } from "../testing/render.ts";
import { SignIn } from "./sign-in.tsx";

const KEY = "sk_q7Vn3xkP0aYb2cZd4eWf";

async function start() {
  const give = vi.fn();
  const base = new URL("https://shop.example/presence/");
  const asking = signal<"sign-in" | "invitation" | null>("sign-in");
  const invited = signal<Invited | null>(null);
  const leaveInvitation = vi.fn();
  const rest = { error: signal(""), run: vi.fn() };
  await show(<SignIn signIn={{ base, asking, invited, give, leaveInvitation, ...rest }} />);
  return { give, asking, invited, leaveInvitation };
}

function type(id: string, text: string): Promise<void> {
  return doing(() => {
    part<HTMLInputElement>(id).value = text;
    part(id).dispatchEvent(new Event("input", { bubbles: true }));
  });
}

const howTo = () => part<HTMLDetailsElement>("no-password");

describe("SignIn", () => {
  it.each(["email", "password"])(
    "says of a secret key in the field %s what to do instead, until it is gone",
    async (field) => {
      await start();
      expect(part("key-note").textContent).toBe("");
      expect(howTo().open).toBe(false);
      await type(field, ` ${KEY} `);
      expect(part("key-note").textContent).toContain(
        "does not open the console: have yourself invited",
      );
      expect(howTo().open).toBe(true);
      await type(field, "ann@example.com");
      expect(part("key-note").textContent).toBe("");
    },
  );

  it("says how the first person comes in, by command and with the key, at this collector", async () => {
    await start();
    expect(howTo().textContent).toContain("stillhere people --invite --role admin");
    expect(part("invite-command").textContent).toContain(
      "curl -X POST https://shop.example/presence/v1/invitations",
    );
  });

  it("lets a person sign in whose password looks like a secret key", async () => {
    const { give } = await start();
    await type("email", "ann@example.com");
    await type("password", KEY);
    await doing(() =>
      part("password-form").dispatchEvent(new Event("submit", { cancelable: true })),
    );
    expect(give).toHaveBeenCalledExactlyOnceWith({ email: "ann@example.com", password: KEY });
  });

  it("keeps the e-mail address where a password was refused, and asks for the password alone", async () => {
    const { asking } = await start();
    expect(document.activeElement).toBe(part("email"));
    await type("email", "ann@example.com");
    await type("password", "not this one");
    await doing(() =>
      part("password-form").dispatchEvent(new Event("submit", { cancelable: true })),
    );
    await doing(() => {
      asking.value = null;
    });
    await doing(() => {
      asking.value = "sign-in";
    });
    expect(part<HTMLInputElement>("email").value).toBe("ann@example.com");
    expect(part<HTMLInputElement>("password").value).toBe("");
    expect(document.activeElement).toBe(part("password"));
  });

  it("says what an invited person may do, and lets those sign in who have a password", async () => {
    const { asking, invited, leaveInvitation } = await start();
    await doing(() => {
      invited.value = { role: "viewer", expiresAt: "2026-05-04T10:00:00Z" };
      asking.value = "invitation";
    });
    expect(part("invited-role").textContent).toContain("Viewer, who sees everything but");
    expect(part("invited-role").textContent).toContain("changes nothing");
    await doing(() => part("sign-in-instead").click());
    expect(leaveInvitation).toHaveBeenCalledOnce();
  });
});
