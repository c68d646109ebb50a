/**
 * Takes the keys of the account `default` from the deployment's secrets.
 * @module
 */
import { type Accounts, DEFAULT_ACCOUNT } from "../../engine/accounts.ts";
import { hashOf } from "../../engine/keys.ts";
import type { Env } from "./env.ts";

/**
 * Updates the account's keys if the secrets differ from them. A difference counts as a rotation:
 * the old keys stay valid for a while.
 */
export async function syncKeys(accounts: Accounts, env: Env): Promise<void> {
  const publishableKey = env.STILLHERE_PUBLISHABLE_KEY;
  const secretKey = env.STILLHERE_SECRET_KEY;
  const tokenSecret = env.STILLHERE_TOKEN_SECRET;
  if (!publishableKey || !secretKey || !tokenSecret) {
    console.error(
      "This deployment has no keys yet: set STILLHERE_PUBLISHABLE_KEY (pk_…), STILLHERE_SECRET_KEY (sk_…) and STILLHERE_TOKEN_SECRET with `wrangler secret put`.",
    );
    return;
  }
  const account = accounts.byName(DEFAULT_ACCOUNT);
  const isSame =
    account?.publishableKeys[0]?.key === publishableKey &&
    account.secretKeys[0]?.hash === (await hashOf(secretKey)) &&
    account.tokenSecrets[0]?.secret === tokenSecret;
  if (isSame) return;
  await accounts.put(DEFAULT_ACCOUNT, { keys: { publishableKey, secretKey, tokenSecret } });
}
