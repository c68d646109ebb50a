/**
 * The conformance cases for the webhook outbox of a store; see `index.ts`.
 * @module
 */
import type { ConformanceCase } from "./case.ts";
import { claimCases } from "./claims.ts";
import { deliveryCases } from "./deliveries.ts";
import { endpointCases } from "./endpoints.ts";

export const outboxConformanceCases: readonly ConformanceCase[] = [
  ...endpointCases,
  ...claimCases,
  ...deliveryCases,
];
