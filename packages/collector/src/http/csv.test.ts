import { expect, it } from "vitest";
import { toCsv } from "./csv.ts";

const line = (...cells: (string | number | null)[]) =>
  toCsv(["a"], [cells]).slice("\ufeffa\r\n".length);

it("quotes commas, quotation marks and line breaks", () => {
  expect(line('say "hi"', "a,b", "a\nb", "a")).toBe('"say ""hi""","a,b","a\nb",a\r\n');
});

it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])(
  "lets no spreadsheet read %j as a formula",
  (text) => {
    expect(line(text).replace(/^"/, "").startsWith("'")).toBe(true);
  },
);

it.each(["a;=1", "a\t=1"])("quotes %j, since some spreadsheets divide there", (text) => {
  expect(line(text)).toBe(`"${text}"\r\n`);
});

it("leaves numbers as they are, and null empty", () => {
  expect(line(-1.5, null, 0)).toBe("-1.5,,0\r\n");
});

it("begins with a byte order mark, so that accents are read as they are", () => {
  expect(toCsv(["größe"], [])).toBe("\ufeffgröße\r\n");
});
