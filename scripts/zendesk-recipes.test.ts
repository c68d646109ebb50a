/** The recipes as triggers of Zendesk: docs/desks.md shows each, as it is here, and under the same titles. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { RECIPE_NAMES, recipe } from "../packages/collector/src/core/recipes.ts";
import { draw, FOLDER, RECIPES } from "./zendesk-recipes.ts";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

it.each(RECIPE_NAMES)("is drawn as it is, and shown by docs/desks.md: %s", (name) => {
  expect(read(`${FOLDER}/${name}.svg`)).toBe(draw(RECIPES[name]));
  expect(read("docs/desks.md")).toContain(`(images/zendesk/${name}.svg)`);
  expect(RECIPES[name].map(({ title }) => title)).toEqual(
    recipe(name, "group").map((trigger) => trigger.name),
  );
});
