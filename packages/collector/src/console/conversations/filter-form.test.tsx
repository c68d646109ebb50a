// @vitest-environment happy-dom
import { signal } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type ConversationFilter, EVERYTHING } from "../model/conversation-filter.ts";
import { doing, part, show } from "../testing/render.ts";
import { FilterForm } from "./filter-form.tsx";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A form whose changes come back to it, as by the address. */
async function start(differs: Partial<ConversationFilter> = {}) {
  const filter = signal<ConversationFilter>({ ...EVERYTHING, ...differs });
  const change = (part: Partial<ConversationFilter>) => {
    filter.value = { ...filter.peek(), ...part };
  };
  const Form = () => <FilterForm filter={filter.value} onChange={change} />;
  await show(<Form />);
  return { filter, change };
}

const search = () => part<HTMLInputElement>("filter-q");

async function key(text: string): Promise<void> {
  search().value = text;
  await doing(() => search().dispatchEvent(new Event("input")));
}

/** Until it counts. */
async function type(text: string): Promise<void> {
  await key(text);
  await doing(() => vi.advanceTimersByTime(1_000));
}

describe("FilterForm", () => {
  it("keeps the space that is typed before the next word", async () => {
    const { filter } = await start();
    await type("ana ");
    expect(filter.value.q).toBe("ana");
    expect(search().value).toBe("ana ");
  });

  it("shows the text of another filter that was chosen", async () => {
    const { change } = await start();
    await type("ana ");
    await doing(() => change({ q: "ben" }));
    expect(search().value).toBe("ben");
  });

  it("shows everything also where something was typed a moment before", async () => {
    const { filter } = await start({ state: "inactive" });
    await key("ana");
    await doing(() => part("filter-clear").click());
    await doing(() => vi.advanceTimersByTime(1_000));
    expect(filter.value).toEqual(EVERYTHING);
    expect(search().value).toBe("");
  });

  it("drops what was typed a moment before another filter was chosen", async () => {
    const { filter, change } = await start();
    await key("ana");
    await doing(() => change({ reason: "user_offline" }));
    await doing(() => vi.advanceTimersByTime(1_000));
    expect(filter.value).toEqual({ ...EVERYTHING, reason: "user_offline" });
    expect(search().value).toBe("");
  });

  it("keeps what is typed while the filter of the letters before comes back", async () => {
    const { filter } = await start();
    await type("an");
    await key("ana ");
    await doing(() => {
      filter.value = { ...filter.peek() };
    });
    await doing(() => vi.advanceTimersByTime(1_000));
    expect(filter.value.q).toBe("ana");
  });

  it("changes all that was typed and chosen together", async () => {
    const { filter } = await start();
    await key("ana");
    const state = part<HTMLSelectElement>("filter-state");
    state.value = "ended";
    await doing(() => state.dispatchEvent(new Event("change")));
    expect(filter.value).toEqual({ ...EVERYTHING, q: "ana", state: "ended" });
  });

  it("stays open at the filters that few need while the last of them is taken out", async () => {
    const { change } = await start();
    const more = () => document.querySelector<HTMLDetailsElement>(".more-filters");
    await doing(() => {
      more()?.setAttribute("open", "");
      more()?.dispatchEvent(new Event("toggle"));
    });
    await doing(() => change({ reason: "user_offline" }));
    await doing(() => change({ reason: null }));
    expect(more()?.open).toBe(true);
  });
});
