/** The account's settings that this page explains. An older collector may omit any of them. */
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
