/**
 * Reads a part of the sessions of one account in one partition.
 *
 * - KEYS, ARGV, result: see scan.ts
 * @module
 */
import { defineScript } from "../script.ts";
import { scanSessions } from "./scan.ts";

export const SCAN_SESSIONS = defineScript(scanSessions("true"));
