/**
 * What every store must pass to be an outbox for webhooks; see `stores/conformance.ts`.
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
