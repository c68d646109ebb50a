import { describe, it } from "vitest";
import { deskConformanceCases } from "../../suite/desk/index.ts";
import { zendeskFixture } from "./testing/fixture.ts";

describe("Zendesk", () => {
  it.each(deskConformanceCases(zendeskFixture))("$name", ({ run }) => run());
});
