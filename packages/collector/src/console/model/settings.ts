/** The account's settings that this page explains. Any may be missing from an older collector. */
export interface Settings {
  presence?: {
    mode?: "off" | "shadow" | "on";
    bufferSeconds?: number;
    closeBufferSeconds?: number;
    navigationBufferSeconds?: number;
  };
  inactivity?: { seconds?: number; onlineHolds?: "queued" | "never" | "always" };
  origins?: string[];
}
