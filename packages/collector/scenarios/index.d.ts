/** All scenarios of this folder, as docs/scenarios.md describes them. */
export declare const scenarios: readonly unknown[];
