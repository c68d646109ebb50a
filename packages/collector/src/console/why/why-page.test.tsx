// @vitest-environment happy-dom
import { expect, it, vi } from "vitest";
import { createSessionStore } from "../live/session-store.ts";
import type { Session } from "../model/session.ts";
import { createWhy } from "../state/why.ts";
import { doing, part, show } from "../testing/render.ts";
import { aSession } from "../testing/session.ts";
import { aTrace, changed, left, opened, seen, told, wrote } from "../testing/trace.ts";
import { WhyPage } from "./why-page.tsx";

const PATIENCE = { timeout: 20_000 };
const GONE = aSession({ presence: "offline", state: "inactive", reason: "user_offline" });

async function start(session: Session | null = GONE, facts = FACTS) {
  const store = createSessionStore();
  const api = {
    session: vi.fn(async () => session),
    trace: vi.fn(async () => session && aTrace(facts)),
  };
  const why = createWhy(api, store);
  const onOpen = vi.fn();
  await show(<WhyPage why={why} id="conv_1" onOpen={onOpen} />);
  await doing(() => vi.waitFor(() => expect(why.status.value).not.toBe("reading"), PATIENCE));
  return { store, api, why, onOpen };
}

const FACTS = [opened(0), seen(0), wrote(30), left(195), changed(200)];
const drawing = () => part("why-drawing");
const press = (where: HTMLElement, key: string) =>
  doing(() => where.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })));
const current = () => part("why-facts").querySelector("[aria-current]");

it("says why, and selects the verdict in the drawing and the list", async () => {
  const { onOpen } = await start();
  expect(part("why-sentence").textContent).toMatch(/^Called gone at .*: the tab was closed at /);
  expect(drawing().getAttribute("aria-valuetext")).toMatch(/: Called gone; /);
  expect(current()?.textContent).toContain("Called gone");
  await doing(() => part("why-details").click());
  expect(onOpen).toHaveBeenCalledWith("conv_1");
});

it("moves one selection from fact to fact, in the drawing, in the list and by a click", async () => {
  await start();
  await press(drawing(), "ArrowLeft");
  expect(drawing().getAttribute("aria-valuenow")).toBe("4");
  expect(current()?.textContent).toContain("Page 1 was closed");
  await press(drawing(), "Home");
  expect(part("why-selected").textContent).toContain("1 of 5");
  const list = part("why-facts");
  list.querySelector<HTMLElement>("[aria-current]")?.focus();
  await press(list, "ArrowDown");
  expect(document.activeElement?.textContent).toContain("Seen");
  const clusters = [...document.querySelectorAll<SVGElement>(".cluster")];
  const message = clusters.find((each) => each.getAttribute("data-facts") === "2");
  await doing(() => message?.dispatchEvent(new MouseEvent("click", { bubbles: true })));
  expect(drawing().getAttribute("aria-valuetext")).toContain("The visitor wrote");
});

it("has a button for each fact, of which Tab reaches one", async () => {
  await start();
  const buttons = [...part("why-facts").querySelectorAll("button")];
  expect(buttons).toHaveLength(FACTS.length);
  expect(buttons.filter(({ tabIndex }) => tabIndex === 0)).toHaveLength(1);
});

it("draws when the conversation's desk was told", async () => {
  await start(GONE, [...FACTS, told(201)]);
  expect(part("why-facts").textContent).toContain("The desk chat was told");
  expect(document.querySelector('[data-lane="told"]')).not.toBeNull();
});

it("follows the conversation while it is open", async () => {
  const { store, api } = await start();
  api.trace.mockResolvedValue(aTrace([...FACTS, wrote(300)]));
  await doing(() => store.put([{ ...GONE, seq: 9 }], true));
  const count = FACTS.length + 1;
  await vi.waitFor(() => expect(part("why-facts").children).toHaveLength(count), PATIENCE);
});

it("says that a conversation was erased, and what is not kept", async () => {
  await start(null);
  expect(part("why-status").textContent).toContain("conv_1 cannot be read: it was erased");
  await start(GONE, []);
  expect(part("why-sentence").textContent).toContain("Why is not kept any more");
  expect(document.getElementById("why-drawing")).toBeNull();
});
