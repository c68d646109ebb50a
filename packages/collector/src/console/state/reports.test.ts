import { afterEach, describe, expect, it, vi } from "vitest";
import { createApi } from "../live/api.ts";
import type { Report } from "../model/report.ts";
import { createReports } from "./reports.ts";

afterEach(() => vi.unstubAllGlobals());

const aReport = (conversations: number) => ({ conversations }) as Report;

/** Reports whose answers are given by the test, in any order. */
function start() {
  const answers: { resolve: (report: Report) => void; reject: (failure: Error) => void }[] = [];
  const report = () =>
    new Promise<Report>((resolve, reject) => {
      answers.push({ resolve, reject });
    });
  const reports = createReports({ report, reportCsv: async () => new Blob() });
  return { reports, answers };
}

describe("reports", () => {
  it("shows no numbers of another range while those of the chosen one are read", async () => {
    const { reports, answers } = start();
    const first = reports.read();
    answers[0]?.resolve(aReport(1));
    await first;
    expect(reports.report.value).toEqual(aReport(1));
    reports.choose("month");
    const second = reports.read();
    expect(reports.report.value).toBeNull();
    expect(reports.isBusy.value).toBe(true);
    answers[1]?.resolve(aReport(2));
    await second;
    expect(reports.report.value).toEqual(aReport(2));
    expect(reports.isBusy.value).toBe(false);
  });

  it("shows no numbers once they could not be read again, and says why", async () => {
    const { reports, answers } = start();
    const first = reports.read();
    answers[0]?.resolve(aReport(1));
    await first;
    const second = reports.read();
    answers[1]?.reject(new TypeError("away"));
    await second;
    expect(reports.report.value).toBeNull();
    expect(reports.problem.value).toContain("did not reach the collector");
  });

  it("says nothing of an answer or a failure that was overtaken", async () => {
    const { reports, answers } = start();
    const overtaken = [reports.read(), reports.read()];
    const last = reports.read();
    answers[0]?.resolve(aReport(1));
    answers[1]?.reject(new TypeError("away"));
    await Promise.all(overtaken);
    expect(reports.report.value).toBeNull();
    expect(reports.problem.value).toBe("");
    expect(reports.isBusy.value).toBe(true);
    answers[2]?.resolve(aReport(3));
    await last;
    expect(reports.report.value).toEqual(aReport(3));
  });

  it("says why the collector refuses a report", async () => {
    const problem = { code: "role_missing", detail: "No." };
    vi.stubGlobal("fetch", async () => Response.json(problem, { status: 403 }));
    const reports = createReports(createApi(new URL("http://collector.example/")));
    await reports.read();
    expect(reports.problem.value).toContain("Your role does not allow this");
  });
});
