import { describe, it } from "vitest";
import { deskConformanceCases } from "../../suite/desk/index.ts";
import { suncoFixture } from "./testing/fixture.ts";

describe("Sunshine Conversations", () => {
  it.each(deskConformanceCases(suncoFixture))("$name", ({ run }) => run());
});
