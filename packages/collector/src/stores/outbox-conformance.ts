/**
 * What every store must pass to be an outbox for webhooks; see `stores/conformance.ts`.
 * @module
 */
import type { ConformanceCase } from "./conformance/case.ts";
import { claimCases } from "./conformance/claims.ts";
import { deliveryCases } from "./conformance/deliveries.ts";
import { endpointCases } from "./conformance/endpoints.ts";

export const outboxConformanceCases: readonly ConformanceCase[] = [
  ...endpointCases,
  ...claimCases,
  ...deliveryCases,
];
