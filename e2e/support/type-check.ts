/**
 * Type-checks code blocks as a reader's own files, against the packages as they are published.
 * @module
 */
import { execFile } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { nameOf, ROOT, type Snippet } from "./snippets.ts";

/** What a reader would install, and where the repository has it. */
const PACKAGES: readonly (readonly [string, string])[] = [
  ["@stillhere/sdk", "packages/sdk"],
  ["@stillhere/collector", "packages/collector"],
  ["@hono/node-server", "packages/collector/node_modules/@hono/node-server"],
  ["hono", "packages/collector/node_modules/hono"],
  ["standardwebhooks", "node_modules/standardwebhooks"],
  ["@types/node", "node_modules/@types/node"],
];

/** The storage driver that some blocks import: it stands for the reader's own. */
const MY_STORE = `
import { MemoryStore } from ${JSON.stringify(`${ROOT}packages/collector/dist/stores/memory/memory-store.js`)};
export const openStore = async () => new MemoryStore();
`;

const COMPILER_OPTIONS = {
  noEmit: true,
  strict: true,
  // JavaScript has no other way to leave a type out.
  noImplicitAny: false,
  useUnknownInCatchVariables: false,
  allowJs: true,
  checkJs: true,
  skipLibCheck: true,
  target: "es2023",
  lib: ["es2023", "dom", "dom.iterable"],
  module: "nodenext",
  moduleDetection: "force",
  types: ["node"],
};

/** Makes a folder look as if a reader had installed the packages there. */
export function installPackages(folder: string): void {
  for (const [name, path] of PACKAGES) {
    const target = join(folder, "node_modules", name);
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(`${ROOT}${path}`, target);
  }
  const bin = join(folder, "node_modules/.bin");
  mkdirSync(bin);
  symlinkSync(`${ROOT}packages/collector/dist/cli/main.js`, join(bin, "stillhere"));
  writeFileSync(join(folder, "package.json"), '{"type": "module"}');
  writeFileSync(join(folder, "my-store.js"), MY_STORE);
}

export function fileOf(snippet: Snippet): string {
  return `${nameOf(snippet).replaceAll(/\W/g, "-")}.${snippet.language}`;
}

/** Checks all blocks in one run of the compiler. Returns the errors of each, by {@link nameOf}. */
export async function typeCheck(
  snippets: readonly Snippet[],
  folder: string,
): Promise<Map<string, string[]>> {
  for (const snippet of snippets) writeFileSync(join(folder, fileOf(snippet)), snippet.text);
  const files = snippets.map(fileOf);
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files }),
  );
  const output = await new Promise<string>((resolve) => {
    const args = [`${ROOT}node_modules/typescript/bin/tsc`, "--pretty", "false"];
    execFile(process.execPath, args, { cwd: folder }, (_error, stdout) => resolve(stdout));
  });
  const errors = new Map<string, string[]>();
  for (const line of output.split("\n").filter((each) => /^\S/.test(each))) {
    const snippet = snippets.find((each) => line.startsWith(`${fileOf(each)}(`));
    // An error that is in no block is one of the set-up, and so everybody's.
    for (const each of snippet ? [snippet] : snippets) {
      errors.set(nameOf(each), [...(errors.get(nameOf(each)) ?? []), line]);
    }
  }
  return errors;
}
