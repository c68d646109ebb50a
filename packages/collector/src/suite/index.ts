/**
 * `@stillhere/collector/conformance`: the conformance suite for store drivers, for any test framework.
 * See docs/drivers.md.
 * @module
 */
export type { Outcome } from "../replay/run.ts";
export type { Scenario } from "../replay/scenario.ts";
export type * from "../stores/admin.ts";
export * from "../stores/list.ts";
export type * from "../stores/outbox.ts";
export type * from "../stores/store.ts";
export { StoreError } from "../stores/store.ts";
export { type ConformanceCase, conformanceCases, type Skipped } from "../stores/suite/index.ts";
export { outboxConformanceCases } from "../stores/suite/outbox.ts";
export { scenarioConformanceCases, scenarios } from "./cases.ts";
export { clockConformanceCases } from "./clock.ts";
export { deskMergeConformanceCases } from "./desk-merges.ts";
export { mergeConformanceCases } from "./merges.ts";
export { parkingConformanceCases } from "./parking.ts";
export { refusalConformanceCases } from "./refusals.ts";
export { playScenarios } from "./scenarios.ts";
export { traceConformanceCases } from "./traces.ts";
export { trimmingConformanceCases } from "./trimming.ts";
