#!/usr/bin/env node
/**
 * The command `stillhere`. It checks Node first, because the rest cannot even be loaded without
 * `node:sqlite`.
 * @module
 */

const NEEDED = "22.13";

if (await hasSqlite()) {
  const { run } = await import("./program.ts");
  await run();
} else {
  console.error(
    `stillhere: This is Node.js ${process.versions.node}, which has no node:sqlite: use Node.js ${NEEDED} or newer.`,
  );
  process.exitCode = 2;
}

async function hasSqlite(): Promise<boolean> {
  try {
    await import("node:sqlite");
    return true;
  } catch {
    return false;
  }
}
