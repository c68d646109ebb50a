/** The shop's configuration. */
export interface Environment {
  host: string;
  /** 0 lets the system choose one. */
  port: number;
  collector: Collector;
}

/** The collector's address, and the keys of the shop's account. */
export interface Collector {
  /** Without a trailing slash. The visitor's browser uses the same address. */
  url: string;
  /** The publishable key, part of every page. */
  key: string;
  /** The secret key, which stays on this server. */
  secret: string;
}

/** The environment variables that are read. */
export interface Variables {
  HOST?: string | undefined;
  PORT?: string | undefined;
  STILLHERE_URL?: string | undefined;
  STILLHERE_KEY?: string | undefined;
  STILLHERE_SECRET?: string | undefined;
}

/**
 * Reads the settings from environment variables.
 * @throws Error with one line that names the variable to set, and its value
 */
export function readEnvironment(env: Variables): Environment {
  const needed = (name: keyof Variables, example: string): string => {
    const value = env[name]?.trim();
    if (!value) throw new Error(`${name} is missing: set it to ${example}`);
    return value;
  };
  const url = needed("STILLHERE_URL", "the collector's address, such as http://127.0.0.1:8787");
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new Error(`STILLHERE_URL must be an http(s) address, not "${url}"`);
  }
  const key = needed("STILLHERE_KEY", "the account's publishable key (pk_…)");
  const secret = needed("STILLHERE_SECRET", "the account's secret key (sk_…)");
  if (!key.startsWith("pk_")) throw new Error("STILLHERE_KEY must be the publishable key (pk_…)");
  if (!secret.startsWith("sk_")) throw new Error("STILLHERE_SECRET must be the secret key (sk_…)");

  const port = Number(env.PORT || 8788);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Error(`PORT must be a number from 0 to 65535, not "${env.PORT}"`);
  }
  return {
    host: env.HOST || "127.0.0.1",
    port,
    collector: { url: url.replace(/\/+$/, ""), key, secret },
  };
}
