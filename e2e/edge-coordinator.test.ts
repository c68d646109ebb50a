/**
 * An edge deployment whose coordinator hangs, in a real workerd.
 */
import { expect, it, onTestFinished } from "vitest";
import { EdgeSite } from "./support/edge-site.ts";

const MINUTE_MS = 60_000;

it("a lone visitor stays online through ten minutes of a coordinator that hangs", async () => {
  const site = await EdgeSite.start({ presence: { mode: "on" } }, { shards: 1 });
  onTestFinished(() => site.stop());
  const page = site.page("conv_1");
  let { nextMs } = await page.open();
  const { seq } = await site.session("conv_1");
  await site.request("POST", "/test/0/hang");
  for (let passedMs = 0; passedMs < 10 * MINUTE_MS; passedMs += nextMs) {
    await site.request("POST", `/test/0/advance/${nextMs}`);
    ({ nextMs } = await page.beat());
  }
  await site.request("POST", "/test/0/answer");
  expect(await site.session("conv_1")).toMatchObject({ presence: "online", seq });
});
