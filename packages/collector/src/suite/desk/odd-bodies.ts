/**
 * Bodies that a desk should not send: each is one that it sends, with some values missing or of another type.
 * @module
 */

/** What a value is replaced by; `undefined`: it is missing. */
export const ODD_VALUES: readonly unknown[] = [
  undefined,
  null,
  "",
  ".",
  "..",
  "\0",
  "\ud800",
  "x".repeat(200),
  "x".repeat(300),
  "9".repeat(400),
  [],
  [[]],
  {},
  -1,
  1.5,
  8.7e15,
  1e300,
  true,
];

type Path = readonly string[];

/** Each value of each body replaced by each odd value. */
export function* oddOnce(bodies: readonly unknown[]): Generator<unknown> {
  yield* ODD_VALUES;
  for (const body of bodies) {
    for (const path of pathsOf(body)) {
      for (const value of ODD_VALUES) yield withValue(body, path, value);
    }
  }
}

/** As many bodies with up to five odd values each, the same in each run. */
export function* oddOften(bodies: readonly unknown[], count: number): Generator<unknown> {
  const pick = createPick();
  const shapes = bodies.map((body) => ({ body, paths: pathsOf(body) }));
  for (let index = 0; index < count; index += 1) {
    const shape = pick(shapes);
    let body = shape?.body;
    for (let change = pick([0, 1, 2, 3, 4]) ?? 0; change >= 0; change -= 1) {
      const path = pick(shape?.paths ?? []);
      if (path) body = withValue(body, path, pick(ODD_VALUES));
    }
    yield body;
  }
}

/** The paths of all values of a body, also of those that contain others, and of one that is not there. */
function pathsOf(body: unknown, path: Path = []): readonly Path[] {
  const here = path.length > 0 ? [path] : [];
  if (typeof body !== "object" || body === null) return here;
  const below = Object.entries(body).flatMap(([name, value]) => pathsOf(value, [...path, name]));
  return [...here, ...below, [...path, "unknown"]];
}

function withValue(body: unknown, [name, ...rest]: Path, value: unknown): unknown {
  if (name === undefined) return value;
  if (typeof body !== "object" || body === null) return body;
  const changed = withValue((body as Record<string, unknown>)[name], rest, value);
  if (Array.isArray(body))
    return body.map((each, index) => (String(index) === name ? changed : each));
  const { [name]: _, ...others } = body as Record<string, unknown>;
  return changed === undefined ? others : { ...others, [name]: changed };
}

/** Numerical Recipes' linear congruential generator. */
function createPick() {
  let state = 1;
  return <T>(all: readonly T[]): T | undefined => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return all[Math.floor((state / 2 ** 32) * all.length)];
  };
}
