/**
 * Draws the recipes as triggers of Zendesk, by the labels of their conditions and actions, for docs/desks.md.
 *
 *     node scripts/zendesk-recipes.ts
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { RecipeName } from "../packages/collector/src/core/recipes.ts";

/** A field, an operator and a value; an action has no operator. */
type Row = readonly [string, string] | readonly [string, string, string];

interface Drawn {
  readonly title: string;
  readonly all: readonly Row[];
  readonly any: readonly Row[];
  readonly actions: readonly Row[];
}

export const FOLDER = "docs/images/zendesk";
const TAG = "abandoned_conversation";
const OPEN: Row = ["Status category", "Less than", "Pending"];
/** Silence is the desk's own verdict: the field shows presence alone. */
const GONE: readonly Row[] = [
  ["Visitor (your field)", "Changed to", "Offline"],
  ["Ticket Messaging session state", "Changed to", "Inactive"],
];
const BACK: Row = ["Visitor (your field)", "Changed to", "Online"];
const TAGGED: Row = ["Tags", "Contains at least one of", TAG];

export const RECIPES: Readonly<Record<RecipeName, readonly Drawn[]>> = {
  solve_abandoned: [
    {
      title: "Solve abandoned conversations",
      all: [OPEN],
      any: GONE,
      actions: [
        ["Status category", "Solved"],
        ["Add tags", TAG],
      ],
    },
  ],
  email_follow_up: [
    {
      title: "Follow up abandoned conversations by email",
      all: [OPEN],
      any: GONE,
      actions: [
        ["Group", "the group that writes e-mail"],
        ["Priority", "Normal"],
        ["Add tags", TAG],
      ],
    },
  ],
  secondary_queue: [
    {
      title: "Move abandoned conversations of high priority to a secondary queue",
      all: [OPEN, ["Priority", "Greater than", "Normal"]],
      any: GONE,
      actions: [
        ["Group", "the group of the second queue"],
        ["Priority", "Low"],
      ],
    },
  ],
  tag_abandoned: [
    {
      title: "Tag abandoned conversations",
      all: [OPEN],
      any: GONE,
      actions: [["Add tags", TAG]],
    },
  ],
  welcome_back: [
    {
      title: "Open solved conversations whose visitor came back",
      all: [BACK, TAGGED, ["Status category", "Is", "Solved"]],
      any: [],
      actions: [
        ["Status category", "Open"],
        ["Remove tags", TAG],
      ],
    },
    {
      title: "Untag conversations whose visitor came back",
      all: [BACK, TAGGED, ["Status category", "Is not", "Solved"]],
      any: [],
      actions: [["Remove tags", TAG]],
    },
  ],
};

const WIDTH = 760;
const LINE = 34;
const COLUMNS = [24, 304, 524] as const;

/** The triggers of a recipe, one below the other. */
export function draw(triggers: readonly Drawn[]): string {
  let y = 16;
  const parts: string[] = [];
  const text = (x: number, content: string, style: string) =>
    parts.push(`<text x="${x}" y="${y + 21}" ${style}>${content}</text>`);
  const rows = (label: string, all: readonly Row[]) => {
    if (all.length === 0) return;
    text(16, label, 'fill="#555"');
    y += 30;
    for (const row of all) {
      for (const [index, content] of row.entries()) {
        const x = COLUMNS[index] ?? 0;
        // The last one goes to the end.
        const next = index === row.length - 1 ? undefined : COLUMNS[index + 1];
        const width = (next ?? WIDTH - 4) - x - 12;
        parts.push(
          `<rect x="${x - 8}" y="${y}" width="${width}" height="28" rx="6" fill="#fff" stroke="#999"/>`,
        );
        text(x, content, 'fill="#111"');
      }
      y += LINE;
    }
  };
  for (const { title, all, any, actions } of triggers) {
    text(16, title, 'font-weight="bold" fill="#111"');
    y += 32;
    rows("Meet ALL of the following conditions", all);
    rows("Meet ANY of the following conditions", any);
    rows("Actions", actions);
    y += 12;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" font-family="sans-serif" font-size="14" role="img">
<title>${triggers.map(({ title }) => title).join(". ")}</title>
<rect width="${WIDTH}" height="${y}" fill="#f4f4f2"/>
${parts.join("\n")}
</svg>
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = new URL(`../${FOLDER}/`, import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const [name, triggers] of Object.entries(RECIPES)) {
    writeFileSync(new URL(`${name}.svg`, folder), draw(triggers));
  }
}
