/**
 * The collector for programs: as an application to mount in another one.
 * @module
 */
export type { FreshKeys } from "./engine/keys.ts";
export {
  type CreateCollectorOptions,
  createCollector,
  type EmbeddedCollector,
  type Started,
} from "./platform/create-collector.ts";
export { SettingsError, type SettingsPatch } from "./platform/default-account.ts";
export { type Store, StoreError } from "./stores/store.ts";
