/**
 * Sessions of one account in one partition whose record has either of two texts in it.
 *
 * - KEYS, ARGV 1 and 2, answer: see scan.ts
 * - ARGV 3 and 4: the texts
 * @module
 */
import { defineScript } from "../script.ts";
import { scanning } from "./scan.ts";

export const FIND = defineScript(
  scanning("string.find(record, ARGV[3], 1, true) or string.find(record, ARGV[4], 1, true)"),
);
