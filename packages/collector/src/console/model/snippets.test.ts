import { describe, expect, it } from "vitest";
import { BINDING_MODES } from "../../core/lists.ts";
import { bindingNote, SNIPPET_KINDS, snippet } from "./snippets.ts";

const SITE = { collector: "https://presence.example.com/here", key: "pk_1" };

describe("the code for a site's pages", () => {
  it.each(SNIPPET_KINDS)(
    "has address and key, and a token only where one is asked for: %s",
    (kind) => {
      for (const binding of BINDING_MODES) {
        const code = snippet(kind, { ...SITE, binding });
        expect(code).toContain("https://presence.example.com/here");
        expect(code).toContain("pk_1");
        expect(/token/.test(code)).toBe(binding !== "open");
        expect(code.includes("SECRET")).toBe(binding === "capability");
      }
    },
  );

  it.each(SNIPPET_KINDS)("comes with a note that names the address in it: %s", (kind) => {
    const [address = "none"] = bindingNote(kind, "token").split(" ");
    expect(snippet(kind, { ...SITE, binding: "token" })).toContain(address);
  });

  it("gives the script tag as it is to be written", () => {
    expect(snippet("tag", { ...SITE, binding: "token" })).toBe(
      `<script async src="https://presence.example.com/here/sdk.js"
        data-key="pk_1" data-session="conv_1"
        data-token-url="/presence-token"></script>`,
    );
  });

  it("gives a tag manager code that calls what the script brings", () => {
    const code = snippet("manager", { ...SITE, binding: "open" });
    const [, inline = ""] = /<script>([\s\S]*?)<\/script>/.exec(code) ?? [];
    const calls: unknown[] = [];
    const page = { stillhere: undefined as unknown as ((sdk: object) => void)[] };
    new Function("window", inline)(page);
    for (const call of page.stillhere) call({ connect: (options: object) => calls.push(options) });
    expect(calls).toEqual([
      { collector: SITE.collector, key: "pk_1", session: "{{Conversation ID}}" },
    ]);
  });
});
