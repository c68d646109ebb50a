/**
 * When a session token wants renewing: pure.
 * @module
 */

/**
 * The instant, in epoch milliseconds, at which three quarters of the token's remaining life have
 * passed. `NaN`, which no clock reaches, where it names no end (a binding secret) or one in the past
 * (this device's clock is wrong): the collector's 401 then tells.
 */
export const renewalTime = (token: string, now: number): number => {
  // base64url: its two own characters stand for none that can occur in `"exp":123`.
  const payload = atob((token.split(".")[1] ?? "").replace(/[-_]/g, "/"));
  const left = Number(/"exp":\s*(\d+)/.exec(payload)?.[1]) * 1000 - now;
  return left > 0 ? now + left * 0.75 : Number.NaN;
};
