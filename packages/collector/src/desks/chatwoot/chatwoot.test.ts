import { describe, it } from "vitest";
import { deskConformanceCases } from "../../suite/desk/index.ts";
import { chatwootFixture } from "./testing/fixture.ts";

describe("Chatwoot", () => {
  it.each(deskConformanceCases(chatwootFixture))("$name", ({ run }) => run());
});
