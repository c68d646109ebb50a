/**
 * The order of test files: the longest first, in which case the workers end at about the same time.
 * vitest orders them by size, and by duration only where an earlier run left its cache.
 */
import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files of more than ten seconds on a machine with two cores, by how long they take. */
const LONGEST = [
  "packages/collector/src/stores/durable-object/durable-object-store.test.ts",
  "e2e/redis-outages.test.ts",
  "e2e/page-neighbours.test.ts",
  "e2e/console-pages.test.ts",
  "packages/collector/src/platform/event-loop.test.ts",
  "e2e/redis-faults.test.ts",
  "packages/collector/src/stores/redis/histories.test.ts",
  "e2e/webhooks.test.ts",
  "e2e/stays.test.ts",
  "packages/collector/src/suite/histories.test.ts",
  "e2e/edge.test.ts",
  "packages/collector/src/stores/redis/redis-store.test.ts",
  "e2e/presence.test.ts",
  "e2e/redis.test.ts",
  "e2e/command.test.ts",
  "e2e/departures.test.ts",
  "packages/collector/src/core/properties.test.ts",
  "e2e/backup.test.ts",
  "packages/collector/src/webhooks/order.property.test.ts",
  "packages/collector/src/stores/redis/scenarios.test.ts",
  "e2e/embedding.test.ts",
  "e2e/edge-merges.test.ts",
  "e2e/strangers.test.ts",
  "e2e/page-departures.test.ts",
  "e2e/sqlite-faults.test.ts",
  "e2e/snippets.test.ts",
  "e2e/drivers.test.ts",
  "e2e/restart.test.ts",
  "e2e/redis-example.test.ts",
  "e2e/zendesk.test.ts",
  "e2e/readme.test.ts",
  "e2e/merges.test.ts",
  "e2e/access.test.ts",
  "e2e/sunco.test.ts",
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) => {
      const index = LONGEST.indexOf(relative(project.vitest.config.root, moduleId));
      return index < 0 ? LONGEST.length : index;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
