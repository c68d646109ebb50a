/**
 * `pnpm backup-run [backups]` (default 20): backs up a collector under load, restores each backup, and
 * fails unless everything that was answered before a backup began is in it.
 */
import { runBackups } from "../e2e/support/backup-run.ts";

const report = await runBackups(Number(process.argv[2] ?? 20), (done) =>
  console.log(`backup ${done}`),
);
console.log(report);
const { missing, torn, sameIncarnation } = report;
const isClean = [missing, torn, sameIncarnation].every((list) => list.length === 0);
if (isClean) console.log("Nothing is missing, and no session is half there.");
else console.error("FAILED");
process.exit(isClean ? 0 : 1);
