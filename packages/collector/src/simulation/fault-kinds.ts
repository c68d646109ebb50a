/**
 * The kinds of faults that a run may have.
 * @module
 */

/** Kinds that begin at an instant and last for a while. */
export const INJECTED = [
  "collector_crash",
  "collector_pause",
  "machine_suspend",
  "machine_reboot",
  "wall_step",
  "server_step",
  "store_error",
  "store_lost_ack",
  "store_slow",
  "store_down",
  "store_cut",
  "way_cut",
  "way_cut_collector",
  "way_cut_share",
  "receiver",
  "stream_break",
  "settings_change",
  "mode_change",
  "erase",
  "merge",
  "flood",
] as const;
export type InjectedFault = (typeof INJECTED)[number];

/** Kinds that are always at work, with a small probability for each request, page or call. */
const CONTINUOUS = [
  "skew",
  "drift",
  "request_lost",
  "request_doubled",
  "response_lost",
  "request_late",
  "page_crash",
  "page_freeze",
  "page_cached",
  "device_sleep",
] as const;

export const FAULTS = [...INJECTED, ...CONTINUOUS] as const;
export type Fault = (typeof FAULTS)[number];
