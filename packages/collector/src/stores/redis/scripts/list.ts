/**
 * Sessions of one account in one partition by id, filtered by their facets.
 *
 * - KEYS, ARGV 1 and 2, answer: see scan.ts
 * - ARGV 3: Lua pattern that a record's facets match
 * @module
 */
import { defineScript } from "../script.ts";
import { scanning } from "./scan.ts";

export const LIST = defineScript(`
local pattern = '^%d+ %d+ ' .. ARGV[3] .. ' '
${scanning("string.find(record, pattern)")}`);
