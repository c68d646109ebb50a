/**
 * Finds the sessions of one account in one partition whose record contains either of two texts.
 *
 * - KEYS, ARGV 1 and 2, result: see scan.ts
 * - ARGV 3 and 4: the texts
 * @module
 */
import { defineScript } from "../script.ts";
import { scanSessions } from "./scan.ts";

export const FIND_BY_TEXT = defineScript(
  scanSessions("string.find(record, ARGV[3], 1, true) or string.find(record, ARGV[4], 1, true)"),
);
