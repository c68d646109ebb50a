/**
 * Holds every entry point to its budget (`size-limit` in package.json: minified, brotli 11), and the
 * README to what was measured.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const { stdout, stderr, status } = spawnSync("size-limit", ["--json"], {
  encoding: "utf8",
  shell: true,
});
if (!stdout.startsWith("[")) {
  console.error(stdout, stderr);
  process.exit(1);
}

// Tables may be padded.
const readme = readFileSync("README.md", "utf8").replaceAll(/ +/g, " ");
const bytes = (count) => `${count.toLocaleString("en")} B`;
const stale = [];

for (const { name, size, sizeLimit, passed } of JSON.parse(stdout)) {
  console.log(`${passed ? "ok  " : "OVER"} ${name}: ${bytes(size)} of ${bytes(sizeLimit)}`);
  const row = `| \`${name}\` | ${bytes(size)} | ${bytes(sizeLimit)} |`;
  if (!readme.includes(row)) stale.push(row);
}

if (stale.length > 0) {
  console.error(`README.md must say:\n${stale.join("\n")}`);
  process.exit(1);
}
process.exit(status ?? 1);
