import { expect, it } from "vitest";
import type { HelpDesk } from "./desk.ts";
import { DESK_KIND_WORDS, fieldsOf, textsIn, withTexts } from "./desk-kinds.ts";
import { stepsOf } from "./desk-steps.ts";

it("what a desk has is shown in its fields, and kept where nothing is entered", () => {
  const outbound = {
    baseUrl: "https://a.example",
    labels: false,
    field: { id: "1", online: "on" },
  };
  const texts = textsIn(fieldsOf("zendesk", outbound), outbound);
  expect(texts).toMatchObject({
    baseUrl: "https://a.example",
    "field.id": "1",
    "field.offline": "",
  });
  expect(withTexts(outbound, { ...texts, apiToken: "", "field.online": "there" })).toEqual({
    ...outbound,
    field: { id: "1", online: "there" },
  });
});

it("a desk that is told by tags has their fields, and none of a field", () => {
  const fields = fieldsOf("zendesk", { tags: { online: "a", offline: "b" } });
  const names = fields.map(({ name }) => name);
  expect(names).toEqual(["baseUrl", "email", "apiToken", "tags.online", "tags.offline"]);
});

it("each kind of desk has steps with its address, its secrets and the page's code", () => {
  const site = { collector: "https://presence.example.com", key: "pk_1" };
  const shown = Object.keys(DESK_KIND_WORDS).map((kind) => {
    const desk = {
      id: "support",
      kind,
      inboundUrl: "https://in.example",
      outbound: {},
      mapping: {},
    };
    const parts = stepsOf(desk as unknown as HelpDesk, site).flatMap((step) => step.parts);
    expect(parts).toContain("secrets");
    return parts.flatMap((part) => (typeof part === "object" && "copy" in part ? [part.copy] : []));
  });
  for (const copied of shown) expect(copied).toContain("https://in.example");
  const [chatwoot, sunco, zendesk] = shown.map((copied) => copied.join("\n"));
  expect(chatwoot).toContain('sdk-chatwoot.js"\n        data-key="pk_1" data-prefix="support-"');
  expect(sunco).toContain('sdk-sunco.js"\n        data-key="pk_1"></script>');
  expect(zendesk).toContain('sdk-zendesk.js"\n        data-key="pk_1"></script>');
});
