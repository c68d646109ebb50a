import { expect, it } from "vitest";
import type { Api } from "../live/api.ts";
import type { HelpDesk } from "../model/desk.ts";
import { createDesks } from "./desks.ts";

it("shows a new address also where the help desks cannot be read after it was made", async () => {
  const api = {
    desks: () => Promise.reject(new TypeError("away")),
    putDesk: async () => ({}),
  } as unknown as Api;
  const desks = createDesks(api);
  const desk = { id: "chat", kind: "chatwoot", inboundUrl: "https://presence.example/chat" };
  expect(await desks.makeAddress(desk as HelpDesk)).toBe(true);
  expect(desks.address.value).toMatch(/^https:\/\/presence\.example\/chat\/.+/);
  expect(desks.status.value).toMatch(/^chat has a new address\. This list could not be read/);
});
