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

async function type(text: string): Promise<void> {
  search().value = text;
  await doing(() => search().dispatchEvent(new Event("input")));
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
