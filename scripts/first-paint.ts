/**
 * How soon the console paints, and shows its first conversations, in Chromium without a cache: from opening the
 * page. Requires a build and Chromium (path in `CHROMIUM`).
 *
 *     node scripts/first-paint.ts [SESSIONS]
 */
import { TestBrowser } from "../e2e/support/browser.ts";
import { TestCollector } from "../e2e/support/collector.ts";
import { openConsole } from "../e2e/support/console-page.ts";

const sessions = Number(process.argv[2] ?? 5_000);
const OPENED = 15;
const AT_THE_SAME_TIME = 20;

async function createSessions(collector: TestCollector): Promise<void> {
  let created = 0;
  const create = async () => {
    while (created < sessions) {
      created += 1;
      const path = `/v1/sessions/conv_${created}/events`;
      await collector.request("POST", path, { type: "end_user_message" });
    }
  };
  await Promise.all(Array.from({ length: AT_THE_SAME_TIME }, create));
}

/** In milliseconds after the navigation began. */
async function measure(
  browser: TestBrowser,
  url: string,
): Promise<{ paint: number; rows: number }> {
  const page = await browser.open();
  await page.setCacheEnabled(false);
  await page.goto(url);
  const rows = await page.waitForFunction(
    () => document.querySelector("[data-session]") !== null && performance.now(),
    { polling: "mutation" },
  );
  const painted = await page.evaluate(
    () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
  );
  const result = { paint: painted, rows: Number(await rows.jsonValue()) };
  await page.close();
  return result;
}

function summary(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b).map(Math.round);
  return `${sorted[Math.floor(sorted.length / 2)]} ms, ${sorted.at(-1)} at most`;
}

const collector = await TestCollector.start();
const browser = await TestBrowser.start();
try {
  await createSessions(collector);
  const page = await browser.open();
  await openConsole(page, collector);
  await page.close();
  const all = [];
  for (let count = 0; count < OPENED; count += 1) {
    all.push(await measure(browser, `${collector.url}/console`));
  }
  console.log(`${sessions} conversations, the console opened ${OPENED} times without a cache:`);
  console.log(`  first paint         ${summary(all.map(({ paint }) => paint))}`);
  console.log(`  first conversations ${summary(all.map(({ rows }) => rows))}`);
} finally {
  await browser.stop();
  await collector.stop();
}
