import { expect, it } from "vitest";
import { testWords } from "./webhook-test.ts";

const words = (response: number | null, error: string | null = null) =>
  testWords("desk", { id: "test_1", delivered: response === 204, response, error });

it("says what the receiver of a test answered, or why it did not", () => {
  expect(words(204)).toBe("desk answered 204: it accepts messages.");
  expect(words(410)).toContain("would be switched off");
  expect(words(302)).toBe("desk answered 302, and accepts only with 200 to 299.");
  expect(words(null, "name_unknown")).toBe(
    "desk did not get the test: no server has the name in its address; check the address for a typing mistake.",
  );
  expect(words(null, "tls")).toBe("desk did not get the test: its certificate is not valid.");
  expect(words(null, "proxy_failed")).toBe("desk did not get the test: proxy_failed.");
});
