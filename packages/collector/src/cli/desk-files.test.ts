import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { loadDesks } from "./desk-files.ts";

const folder = mkdtempSync(join(tmpdir(), "stillhere-desk-files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file whose default export has the parts of a desk, under this name. */
function fileWith(name: string, changed = ""): string {
  const path = join(folder, `${name}.mjs`);
  const functions = (...names: string[]) => `{ ${names.map((each) => `${each}() {}`).join()} }`;
  const parts = [
    `source: ${functions("verify", "decode")}`,
    `sink: ${functions("tellable", "call", "test")}`,
    "outbound: { shape: { token: {} } }, credentials: ['token'], mapping: {}",
    changed,
  ];
  writeFileSync(path, `export default { name: ${JSON.stringify(name)}, ${parts} };`);
  return path;
}

it("a desk is the default export of its file", async () => {
  const desks = await loadDesks([fileWith("parley"), fileWith("other-2")]);
  expect(desks.map(({ name }) => name)).toEqual(["parley", "other-2"]);
});

it("a file without a desk is refused, with what to do", async () => {
  const empty = join(folder, "empty.mjs");
  writeFileSync(empty, "export default {};");
  await expect(loadDesks([empty])).rejects.toThrow(/^Export a desk as the default of .*empty.mjs/);
  await expect(loadDesks([join(folder, "absent.mjs")])).rejects.toThrow(/^Cannot load the desk/);
});

it("a desk is refused whose name another one has, or that has no valid name", async () => {
  const file = fileWith("parley");
  await expect(loadDesks([file, file])).rejects.toThrow('Rename the desk "parley"');
  await expect(loadDesks([fileWith("chatwoot")])).rejects.toThrow('Rename the desk "chatwoot"');
  await expect(loadDesks([fileWith("Big Desk")])).rejects.toThrow(
    'The desk\'s name "Big Desk" must',
  );
});

it.each([
  ["sink: {}", "it has no function sink.tellable"],
  ["source: { verify() {} }", "it has no function source.decode"],
  ["credentials: ['tokn']", 'credentials names "tokn", which is no field of outbound'],
  ["credentials: undefined", "it names no credentials"],
])("a desk with %s is refused, with what is missing", async (changed, problem) => {
  const name = problem.replace(/[^a-z]+/g, "-").slice(0, 30);
  await expect(loadDesks([fileWith(name, changed)])).rejects.toThrow(
    `Correct the desk "${name}": ${problem}.`,
  );
});
