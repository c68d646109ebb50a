/**
 * The keys of a local run, in the file from which wrangler reads secrets. A deployment has separate
 * keys, set with `wrangler secret put`.
 */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const FILE = ".dev.vars";

export interface Keys {
  readonly publishable: string;
  readonly secret: string;
}

/** Creates the keys at the first start. They survive a restart, so that open pages stay valid. */
export function loadOrCreateKeys(): Keys {
  if (!existsSync(FILE)) {
    const text = (bytes: number) => randomBytes(bytes).toString("base64url");
    const lines = [
      `STILLHERE_PUBLISHABLE_KEY=pk_${text(16)}`,
      `STILLHERE_SECRET_KEY=sk_${text(24)}`,
      `STILLHERE_TOKEN_SECRET=ts_${text(32)}`,
    ];
    writeFileSync(FILE, `${lines.join("\n")}\n`, { mode: 0o600 });
  }
  const file = readFileSync(FILE, "utf8");
  const valueIn = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(file)?.[1] ?? "";
  return {
    publishable: valueIn("STILLHERE_PUBLISHABLE_KEY"),
    secret: valueIn("STILLHERE_SECRET_KEY"),
  };
}
