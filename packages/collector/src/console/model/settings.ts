import type { OnlineHolds, PresenceMode } from "../../core/lists.ts";

/** The account's settings that this page explains. An older collector may omit any of them. */
export interface Settings {
  termsAccepted?: boolean;
  presence?: {
    mode?: PresenceMode;
    bufferSeconds?: number;
    closeBufferSeconds?: number;
    navigationBufferSeconds?: number;
    awayBufferSeconds?: number;
  };
  inactivity?: { seconds?: number; onlineHolds?: OnlineHolds };
  origins?: string[];
}
