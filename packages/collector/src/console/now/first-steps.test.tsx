// @vitest-environment happy-dom
import { expect, it } from "vitest";
import type { Settings } from "../model/settings.ts";
import { part, show } from "../testing/render.ts";
import { FirstSteps } from "./first-steps.tsx";

const SITE = "https://shop.example";
const LEADS_TO = { setup: "#/setup", desks: "#/desks", presence: "#/presence", site: SITE };

it.each([
  ["off", [], ["setup", "desks", "presence"], "you would be gone"],
  ["off", [SITE], ["desks", "presence", "site"], "you would be gone"],
  ["shadow", [SITE], ["desks", "site"], "you would be gone"],
  ["on", [SITE], ["desks", "site"], "you are gone from the queue"],
] as const)(
  "with presence %s and the sites %j asks for what is missing, and promises what can happen",
  async (mode, origins, links, promise) => {
    const settings = { presence: { mode }, origins } as unknown as Settings;
    await show(<FirstSteps isHidden={false} settings={settings} />);
    const found = [...part("first-steps").querySelectorAll("a")].map((a) => a.getAttribute("href"));
    expect(found).toEqual(links.map((name) => LEADS_TO[name]));
    expect(part("first-steps").textContent).toContain(promise);
  },
);
