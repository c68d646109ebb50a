/**
 * The order of test files: the longest first, in which case the workers end at about the same time.
 * vitest orders them by size, and by duration only where an earlier run left its cache.
 */
import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files of more than ten seconds on a machine with two cores, by how long they take. */
const LONGEST = [
  "e2e/redis-outages.test.ts",
  "packages/collector/src/platform/event-loop.test.ts",
  "e2e/redis-faults.test.ts",
  "packages/collector/src/stores/durable-object/durable-object-store.test.ts",
  "e2e/webhooks.test.ts",
  "e2e/page-neighbours.test.ts",
  "packages/collector/src/stores/redis/histories.test.ts",
  "e2e/stays.test.ts",
  "packages/collector/src/suite/histories.test.ts",
  "e2e/presence.test.ts",
  "packages/collector/src/stores/redis/redis-store.test.ts",
  "e2e/redis.test.ts",
  "packages/collector/src/webhooks/order.property.test.ts",
  "e2e/departures.test.ts",
  "packages/collector/src/stores/redis/scenarios.test.ts",
  "e2e/edge.test.ts",
  "e2e/backup.test.ts",
  "e2e/sqlite-faults.test.ts",
  "e2e/console-pages.test.ts",
  "e2e/strangers.test.ts",
  "packages/collector/src/core/properties.test.ts",
  "e2e/command.test.ts",
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
