// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest";
import { recipe } from "../../core/recipes.ts";
import type { Trigger } from "../../core/trigger.ts";
import { ApiProblem } from "../live/problem.ts";
import { followAddress } from "../state/route.ts";
import { createTriggersForm } from "../state/triggers-form.ts";
import { someAudit } from "../testing/audit.ts";
import { doing, part, show } from "../testing/render.ts";
import { TriggersPage } from "./triggers-page.tsx";

const named = (name: string): Trigger => ({
  name,
  enabled: true,
  all: [],
  any: [],
  actions: [{ type: "add_tags", value: ["one", "two"] }],
});

/** As on Now, where the visitor of one conversation is known. */
const nameOf = (id: string) => (id === "conv_7" ? "guest_5ec5ec" : id);

async function start(...names: string[]) {
  let list: Trigger[] = names.map(named);
  const api = {
    triggers: vi.fn(async () => list),
    saveTriggers: vi.fn(async (next: readonly Trigger[], base?: readonly Trigger[]) => {
      if (base !== list) throw new ApiProblem("changed_meanwhile", "Read them again.");
      list = [...next];
      return list;
    }),
    previewTriggers: vi.fn(async (tried: readonly Trigger[]) => ({
      examined: 200,
      triggers: tried.map(({ name }, index) => ({ name, sessions: index === 0 ? ["conv_9"] : [] })),
    })),
    triggerRuns: vi.fn(async () => ({
      triggers: list.map(({ name }, index) => ({
        name,
        runs: index === 0 ? 2 : 0,
        lastAt: index === 0 ? "2026-01-01T10:00:00.000Z" : null,
        sessions: index === 0 ? ["conv_7", "a/b"] : [],
      })),
    })),
  };
  const form = createTriggersForm(api);
  await show(<TriggersPage form={form} audit={someAudit().audit} nameOf={nameOf} />);
  await vi.waitFor(() => expect(form.isLoaded.value).toBe(true));
  await doing(() => {});
  return { api, form, elsewhere: (next: Trigger[]) => (list = next) };
}

const names = () => [...document.querySelectorAll("#triggers h3")].map((h) => h.textContent);
const button = (label: string) =>
  document.querySelector<HTMLButtonElement>(`[aria-label="${label}"]`);
const status = () => part("triggers-status").textContent;

async function type(input: HTMLInputElement, text: string): Promise<void> {
  input.value = text;
  await doing(() => input.dispatchEvent(new Event("input")));
}

describe("TriggersPage", () => {
  it("moves, switches off and deletes, and saves the list as a whole", async () => {
    const { api } = await start("A", "B", "C");
    expect(button("Move A up")?.disabled).toBe(true);
    await doing(() => button("Move A down")?.click());
    await doing(() => button("Delete C")?.click());
    expect(names()).toEqual(["B", "A"]);
    await doing(() => document.querySelector<HTMLElement>("#triggers [type=checkbox]")?.click());
    expect(api.saveTriggers).not.toHaveBeenCalled();
    await doing(() => part("save-triggers").click());
    await vi.waitFor(() => expect(status()).toContain("Saved"));
    expect(api.saveTriggers.mock.calls.map(([list]) => list)).toEqual([
      [{ ...named("B"), enabled: false }, named("A")],
    ]);
  });

  it("says what each did lately, with links to the conversations by the names of their visitors", async () => {
    await start("A", "B");
    const ran = () => [...document.querySelectorAll(".ran")];
    await vi.waitFor(() => expect(ran()).toHaveLength(2));
    expect(ran()[0]?.textContent).toMatch(
      /^Ran 2 times in the last 7 days, last on .+: guest_5ec5eca\/b$/,
    );
    expect(ran()[1]?.textContent).toBe("Did not run in the last 7 days.");
    const links = [...document.querySelectorAll(".ran a")].map((a) => a.getAttribute("href"));
    expect(links).toEqual(["#/now/conv_7", "#/now/a%2Fb"]);
  });

  it("moves a trigger with the arrow keys, which keep the focus and are announced", async () => {
    await start("A", "B", "C");
    const handle = () => document.querySelector<HTMLElement>("[aria-label^='Order of A']");
    const press = async (key: string) => {
      handle()?.focus();
      await doing(() => handle()?.dispatchEvent(new KeyboardEvent("keydown", { key })));
    };
    await press("ArrowDown");
    expect(names()).toEqual(["B", "A", "C"]);
    expect(status()).toBe("A is now 2 of 3. Not saved yet.");
    await vi.waitFor(() => expect(document.activeElement).toBe(handle()));
    await press("ArrowDown");
    await press("ArrowDown");
    expect(names()).toEqual(["B", "C", "A"]);
    await press("ArrowUp");
    expect(names()).toEqual(["B", "A", "C"]);
  });

  it("does not overwrite what someone else has changed meanwhile, and says what that is", async () => {
    const { elsewhere } = await start("A", "B");
    await doing(() => button("Delete A")?.click());
    elsewhere([named("A"), named("B"), named("Z")]);
    await doing(() => part("save-triggers").click());
    await vi.waitFor(() => expect(status()).toContain("someone else has added “Z”"));
    expect(names()).toEqual(["B"]);
    await doing(() => part("discard-triggers").click());
    await vi.waitFor(() => expect(names()).toEqual(["A", "B", "Z"]));
  });

  it("replaces what someone else has changed once that was shown", async () => {
    const { elsewhere } = await start("A", "B");
    await doing(() => button("Delete A")?.click());
    elsewhere([named("Z")]);
    await doing(() => part("save-triggers").click());
    await vi.waitFor(() => expect(status()).toContain("Nothing was saved"));
    await doing(() => part("save-triggers").click());
    await vi.waitFor(() => expect(status()).toContain("Saved"));
    expect(names()).toEqual(["B"]);
  });

  it("keeps what was typed with its row while a row before it is removed", async () => {
    await start("A");
    const editor = () => part("triggers").querySelector("[id$=-actions]");
    const add = [...(editor()?.querySelectorAll("button") ?? [])].at(-1);
    await doing(() => add?.click());
    const inputs = () => [...(editor()?.querySelectorAll<HTMLInputElement>("input") ?? [])];
    const [, second] = inputs();
    if (second) await type(second, "three,");
    expect(inputs().map(({ value }) => value)).toEqual(["one, two", "three,"]);
    await doing(() => button("Remove this action")?.click());
    expect(inputs().map(({ value }) => value)).toEqual(["three,"]);
  });

  it("saves nothing that is not finished", async () => {
    const { form } = await start();
    await doing(() => part("add-trigger").click());
    expect(part<HTMLButtonElement>("save-triggers").disabled).toBe(true);
    const tags = part("triggers").querySelector<HTMLInputElement>("[id$=actions-0-value]");
    if (tags) await type(tags, "vip");
    expect(form.drafts.value[0]?.trigger.actions).toEqual([{ type: "add_tags", value: ["vip"] }]);
    expect(part<HTMLButtonElement>("save-triggers").disabled).toBe(false);
  });

  it("adds a recipe to the list and tries it, and saves nothing of it before that is asked for", async () => {
    const { api } = await start("A");
    await doing(() => button("Delete A")?.click());
    await doing(() => part("recipe-tag_abandoned").click());
    await vi.waitFor(() => expect(names()).toEqual(["Tag abandoned conversations"]));
    await vi.waitFor(() => expect(status()).toContain("it acts once you save. Tried on the last"));
    expect(part("triggers").textContent).toContain("Would have run for 1 of 200");
    expect(api.saveTriggers).not.toHaveBeenCalled();
    await vi.waitFor(() =>
      expect(part<HTMLButtonElement>("recipe-tag_abandoned").disabled).toBe(false),
    );
    await doing(() => part("recipe-tag_abandoned").click());
    await vi.waitFor(() => expect(status()).toBe("It is in the list already."));
    await vi.waitFor(() => expect(part<HTMLButtonElement>("save-triggers").disabled).toBe(false));
    await doing(() => part("save-triggers").click());
    await vi.waitFor(() => expect(status()).toContain("Saved"));
    expect(api.saveTriggers.mock.calls[0]?.[0]).toEqual(recipe("tag_abandoned", ""));
  });

  it("moves to the recipe that was added, which is below the button that added it", async () => {
    await start("first");
    await doing(() => part("recipe-tag_abandoned").click());
    await vi.waitFor(() => {
      const { activeElement } = document;
      expect(activeElement?.getAttribute("aria-label")).toBe(`Order of ${names()[1]}: 2`);
    });
  });

  it("moves tickets to the group that was typed, or else to that of the recipe", async () => {
    const { form } = await start();
    const groups = () => form.drafts.value.map(({ trigger }) => trigger.actions[0]);
    await doing(() => part("recipe-secondary_queue").click());
    await vi.waitFor(() => expect(groups()).toEqual([{ type: "set_group", value: "secondary" }]));
    await vi.waitFor(() =>
      expect(part<HTMLButtonElement>("recipe-email_follow_up").disabled).toBe(false),
    );
    const group = part("recipe-email_follow_up").closest("li")?.querySelector("input");
    if (group) await type(group, " mail ");
    await doing(() => part("recipe-email_follow_up").click());
    await vi.waitFor(() => expect(groups()).toContainEqual({ type: "set_group", value: "mail" }));
  });

  it.each([
    [0, "no conversation of the last 7 days"],
    [1, "the only conversation of the last 7 days"],
    [2, "the last 2 conversations"],
  ])("says on how many conversations it was tried: %i", async (examined, words) => {
    const { api } = await start("A");
    api.previewTriggers.mockResolvedValueOnce({ examined, triggers: [] });
    await doing(() => part("try-triggers").click());
    await vi.waitFor(() => expect(status()).toContain(words));
  });

  it("tries the list as it is edited on past conversations, until it is edited further", async () => {
    const { api } = await start("A", "B", "C");
    await doing(() => button("Delete A")?.click());
    await doing(() => part("try-triggers").click());
    const tried = () => [...document.querySelectorAll(".tried")].map((p) => p.textContent);
    await vi.waitFor(() =>
      expect(tried()).toEqual([
        "Would have run for 1 of 200: conv_9",
        "Would have run for none of 200.",
      ]),
    );
    expect(api.previewTriggers).toHaveBeenCalledExactlyOnceWith([named("B"), named("C")]);
    await doing(() => button("Delete C")?.click());
    expect(tried()).toEqual([]);
  });

  it("names the trigger that is refused, and says why", async () => {
    const { api } = await start("A", "B");
    const errors = [{ field: "1.actions.0", message: "cannot be told to the desk main." }];
    const refusal = new ApiProblem("invalid_triggers", `1.actions.0 ${errors[0]?.message}`, errors);
    api.previewTriggers.mockRejectedValueOnce(refusal);
    await doing(() => part("try-triggers").click());
    await vi.waitFor(() => expect(status()).toBe("“B” cannot be told to the desk main."));
  });

  it("says why a list was refused, and keeps it", async () => {
    const { api } = await start("A", "B");
    await doing(() => button("Delete A")?.click());
    api.saveTriggers.mockRejectedValueOnce(new ApiProblem("invalid_triggers", "0.name is taken."));
    await doing(() => part("save-triggers").click());
    await vi.waitFor(() => expect(status()).toBe("0.name is taken."));
    expect(names()).toEqual(["B"]);
  });

  it("still has the result of a try when it is shown again, and the link that was followed its focus", async () => {
    const { form } = await start("tag");
    await doing(() => part("try-triggers").click());
    await vi.waitFor(() => expect(part("triggers").textContent).toContain("Would have run for 1"));
    await show(<p>Elsewhere</p>);
    history.replaceState(null, "", "#/triggers");
    const address = followAddress();
    history.replaceState(null, "", "#/now/conv_9");
    dispatchEvent(new Event("hashchange"));
    address.leaveConversation();
    await show(<TriggersPage form={form} audit={someAudit().audit} nameOf={nameOf} />);
    await vi.waitFor(() => expect(form.isBusy.value).toBe(false));
    expect(part("triggers").textContent).toContain("Would have run for 1");
    expect(document.activeElement?.getAttribute("href")).toBe("#/now/conv_9");
  });
});
