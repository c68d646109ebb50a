import type { LookupAddress } from "node:dns";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { guardedLookup, type Resolve, refuseTarget } from "./webhook-target.ts";

const v4 = (address: string): LookupAddress => ({ address, family: 4 });
const v6 = (address: string): LookupAddress => ({ address, family: 6 });

const NAMES: Readonly<Record<string, LookupAddress[]>> = {
  "desk.example": [v4("93.184.215.14"), v6("2606:2800:21f::1")],
  "inside.example": [v4("10.0.0.7")],
  "mixed.example": [v4("93.184.215.14"), v6("fd00::7")],
  "mapped.example": [v6("::ffff:127.0.0.1")],
  localhost: [v6("::1"), v4("127.0.0.1")],
};

const resolve: Resolve = (name, done) => {
  const addresses = NAMES[name];
  done(addresses ? null : new Error(`no ${name}`), addresses ?? []);
};

describe("refuseTarget refuses", () => {
  it.each([
    "not a URL",
    "ftp://desk.example/",
    "file:///etc/passwd",
    "http://desk.example/hook",
    "https://user:secret@desk.example/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://0x7f.0.0.1/",
    "https://2130706433/",
    "https://0177.0.0.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:a00:1]/",
    "https://[fe80::1]/",
    "https://[fd00::1]:8443/",
    "https://localhost/",
    "https://inside.example/",
    "https://mixed.example/",
    "https://mapped.example/",
  ])("%s", async (url) => {
    expect(await refuseTarget(url, false, resolve)).toMatch(/\w+ \w+/);
  });
});

describe("refuseTarget names the option that allows", () => {
  it.each(["http://127.0.0.1:9000/", "http://desk.example/", "https://10.0.0.7/"])(
    "%s",
    async (url) => {
      expect(await refuseTarget(url, false, resolve)).toContain("--allow-private-webhooks");
    },
  );
});

describe("refuseTarget allows", () => {
  it.each(["https://desk.example/hook?x=1", "https://8.8.8.8/", "https://[2606:4700::1]:8443/"])(
    "%s",
    async (url) => {
      expect(await refuseTarget(url, false, resolve)).toBeNull();
    },
  );

  it("a name that does not resolve yet", async () => {
    expect(await refuseTarget("https://soon.example/", false, resolve)).toBeNull();
  });

  it("a name whose lookup takes longer than 5 seconds", async () => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const answer = refuseTarget("https://never.example/", false, () => {});
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await answer).toBeNull();
  });

  it.each(["http://127.0.0.1:9000/", "http://localhost/", "https://inside.example/"])(
    "%s if private targets are allowed",
    async (url) => {
      expect(await refuseTarget(url, true, resolve)).toBeNull();
    },
  );
});

describe("guardedLookup", () => {
  function lookUp(name: string, all: boolean): Promise<unknown> {
    return new Promise((done) => {
      guardedLookup(resolve)(name, { all }, (error, address, family) =>
        done(error ? error.message : all ? address : [address, family]),
      );
    });
  }

  it("returns the addresses that it has checked", async () => {
    expect(await lookUp("desk.example", true)).toEqual(NAMES["desk.example"]);
    expect(await lookUp("desk.example", false)).toEqual(["93.184.215.14", 4]);
  });

  it.each(["inside.example", "mixed.example", "mapped.example", "localhost"])(
    "refuses %s",
    async (name) => {
      expect(await lookUp(name, true)).toBe("target_refused");
      expect(await lookUp(name, false)).toBe("target_refused");
    },
  );

  it("fails for a name that does not exist", async () => {
    expect(await lookUp("nowhere.example", true)).toBe("no nowhere.example");
  });
});
