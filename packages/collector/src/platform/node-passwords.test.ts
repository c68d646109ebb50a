import { describe, expect, it } from "vitest";
import { Slots } from "../async/slots.ts";
import { pbkdf2Passwords } from "../engine/passwords.ts";
import { createScryptPasswords } from "./node-passwords.ts";

const scrypt = createScryptPasswords();

describe.each([
  ["scrypt", scrypt, /^scrypt\$15\$8\$1\$[\w+/=]{24}\$[\w+/=]{44}$/],
  ["PBKDF2", pbkdf2Passwords, /^pbkdf2-sha256\$100000\$[\w+/=]{24}\$[\w+/=]{44}$/],
])("a password by %s", (_, passwords, form) => {
  it("is verified by its hash, and no other is", async () => {
    const hash = await passwords.hash("correct horse battery");
    expect(hash).toMatch(form);
    expect(await passwords.verify("correct horse battery", hash)).toBe(true);
    expect(await passwords.verify("correct horse batterY", hash)).toBe(false);
  });

  it("has another hash each time", async () => {
    const password = "correct horse battery";
    expect(await passwords.hash(password)).not.toBe(await passwords.hash(password));
  });

  it("is the same with composed and decomposed letters", async () => {
    const hash = await passwords.hash("pass\u00e9 compos\u00e9");
    expect(await passwords.verify("passe\u0301 compose\u0301", hash)).toBe(true);
  });
});

it("that the edge has hashed is verified at a server", async () => {
  const hash = await pbkdf2Passwords.hash("correct horse battery");
  expect(await scrypt.verify("correct horse battery", hash)).toBe(true);
});

it("is hashed off the event loop, four at the same time", async () => {
  let running = 0;
  let maxRunning = 0;
  class CountingSlots extends Slots {
    override run<T>(work: () => Promise<T>): Promise<T> {
      return super.run(async () => {
        running += 1;
        maxRunning = Math.max(maxRunning, running);
        const result = await work();
        running -= 1;
        return result;
      });
    }
  }
  const passwords = createScryptPasswords(new CountingSlots(4));
  const hashes = Array.from({ length: 8 }, () => passwords.hash("correct horse battery"));
  let turns = 0;
  let isDone = false;
  const all = Promise.all(hashes).then(() => {
    isDone = true;
  });
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve));
    turns += 1;
  }
  await all;
  expect(maxRunning).toBe(4);
  // In one turn all of them would be hashed on the event loop.
  expect(turns).toBeGreaterThan(1);
});
