/**
 * Hashes of passwords by Node's scrypt, which runs in the thread pool: `scrypt$LOG_N$R$P$SALT$HASH`. Each
 * takes 32 MiB and some 50 ms of a core, so only a few run at the same time, and only some more wait.
 * @module
 */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { Slots } from "../async/slots.ts";
import { type Passwords, pbkdf2Passwords } from "../engine/passwords.ts";

const LOG_N = 15;
const R = 8;
const P = 1;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Twice what these parameters need. */
const MAX_MEMORY_BYTES = 64 * 1024 * 1024;
const MAX_RUNNING = 4;

export function createScryptPasswords(slots = new Slots(MAX_RUNNING)): Passwords {
  const run = (password: string, salt: Buffer, [logN, r, p]: readonly number[]) =>
    slots.run(() => derive(password, salt, { N: 2 ** (logN ?? 0), r: r ?? 0, p: p ?? 0 }));
  return {
    async hash(password) {
      const salt = randomBytes(SALT_BYTES);
      const bytes = await run(password, salt, [LOG_N, R, P]);
      return `scrypt$${LOG_N}$${R}$${P}$${salt.toString("base64")}$${bytes.toString("base64")}`;
    },

    async verify(password, hash) {
      const [method, logN, r, p, salt = "", expected = ""] = hash.split("$");
      if (method !== "scrypt") return pbkdf2Passwords.verify(password, hash);
      const cost = [Number(logN), Number(r), Number(p)];
      const bytes = await run(password, Buffer.from(salt, "base64"), cost);
      const stored = Buffer.from(expected, "base64");
      return stored.length === bytes.length && timingSafeEqual(stored, bytes);
    },
  };
}

function derive(
  password: string,
  salt: Buffer,
  cost: { readonly N: number; readonly r: number; readonly p: number },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { ...cost, maxmem: MAX_MEMORY_BYTES };
    scrypt(password.normalize("NFKC"), salt, HASH_BYTES, options, (error, bytes) =>
      error ? reject(error) : resolve(bytes),
    );
  });
}
