/**
 * The shop that sample data are of: its visitors, agents, groups and hours.
 * @module
 */

/** What names in a real shop are like: accents, several scripts, right to left, and long ones. */
export const VISITORS = [
  "anna.weber",
  "Zoë Brändli",
  "Łukasz Żak",
  "François Lefèvre",
  "Nguyễn Thị Ánh",
  "Björk Guðmundsdóttir",
  "İrem Şahin",
  "Søren Kjærgaard",
  "Jiří Dvořák",
  "María José Ñíguez",
  "مريم حداد",
  "أحمد المنصوري",
  "נועה לוי",
  "יעל כהן",
  "田中 さくら",
  "김민준",
  "Дмитрий Соколов",
  "Ελένη Παπαδοπούλου",
  "o.okafor",
  "Maximiliane Freifrau von Hohenstein-Wittgenfeld",
] as const;

export interface SampleAgent {
  readonly name: string;
  readonly capacity: number;
  /** Hours of the day in UTC, from the first until before the last. */
  readonly hours: readonly [from: number, to: number];
  readonly worksOnWeekends: boolean;
}

export const AGENTS: readonly SampleAgent[] = [
  { name: "Amélie Dubois", capacity: 2, hours: [7, 15], worksOnWeekends: false },
  { name: "Jürgen Groß", capacity: 2, hours: [8, 16], worksOnWeekends: false },
  { name: "שרה אברהם", capacity: 2, hours: [9, 17], worksOnWeekends: true },
  { name: "Priya Raghunathan", capacity: 3, hours: [10, 18], worksOnWeekends: false },
  { name: "خالد العمري", capacity: 2, hours: [12, 20], worksOnWeekends: true },
  { name: "Óscar Peña", capacity: 2, hours: [13, 21], worksOnWeekends: false },
];

export interface SampleTopic {
  readonly group: string;
  readonly tags: readonly string[];
}

export const TOPICS: readonly SampleTopic[] = [
  { group: "orders", tags: ["delivery"] },
  { group: "orders", tags: ["delivery", "tracking"] },
  { group: "orders", tags: ["größe"] },
  { group: "returns", tags: ["refund"] },
  { group: "returns", tags: ["refund", "vip"] },
  { group: "billing", tags: ["invoice"] },
  { group: "billing", tags: ["payment", "réclamation"] },
  { group: "advice", tags: [] },
];

/** How many conversations begin in each hour of the day in UTC, relative to one another. */
const HOURLY = [1, 0, 0, 0, 0, 1, 2, 6, 9, 11, 12, 11, 9, 10, 11, 11, 10, 9, 8, 7, 5, 3, 2, 1];
export const BUSIEST_HOUR = Math.max(...HOURLY);
const WEEKEND = 0.6;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** 1 January 1970 was a Thursday. */
const isWeekend = (at: number) => [2, 3].includes(Math.floor(at / DAY_MS) % 7);
const hourOf = (at: number) => Math.floor((at % DAY_MS) / HOUR_MS);

/** How busy the shop is, from 0 to {@link BUSIEST_HOUR}. */
export function busynessAt(at: number): number {
  return (HOURLY[hourOf(at)] ?? 0) * (isWeekend(at) ? WEEKEND : 1);
}

export function isAtWork({ hours, worksOnWeekends }: SampleAgent, at: number): boolean {
  const hour = hourOf(at);
  return hour >= hours[0] && hour < hours[1] && (worksOnWeekends || !isWeekend(at));
}
