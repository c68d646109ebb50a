import { describe, expect, it } from "vitest";
import { effectWords, type ModeEffect, switchWords } from "./mode-effect.ts";

const NOTHING: ModeEffect = {
  examined: 3,
  isComplete: true,
  waiting: 0,
  waitingGone: 0,
  entersQueue: 0,
  leavesQueue: 0,
  takesCapacity: 0,
  freesCapacity: 0,
};

const onToTrial = { from: "on", to: "shadow", silenceSeconds: 600 } as const;
const trialToOn = { from: "shadow", to: "on", silenceSeconds: 600 } as const;

describe("what switching presence does now", () => {
  it("names those who go back into the queue, and until when", () => {
    const [back] = effectWords({ ...NOTHING, entersQueue: 2 }, onToTrial);
    expect(back).toContain(
      "2 visitors who were found gone go back into the queue, until 10 min have passed without a word.",
    );
    expect(switchWords(onToTrial)).not.toContain("Nothing changes");
    expect(switchWords({ from: "off", to: "shadow" })).toContain("Nothing changes at the desk.");
  });

  it("names those who leave the queue since only their open page held them there", () => {
    expect(effectWords({ ...NOTHING, leavesQueue: 1 }, onToTrial)).toEqual([
      "1 visitor who waits with the page open leaves the queue: the last word was over 10 min ago.",
    ]);
  });

  it("says whom the trial run has as gone, and when they leave then", () => {
    expect(effectWords({ ...NOTHING, waiting: 2, waitingGone: 1 }, trialToOn)).toEqual([
      "2 visitors wait now, and begin as “Not seen yet”.",
      "The trial run has 1 of them as gone. A page that is closed reports nothing: such a visitor leaves after 10 min without a word.",
    ]);
  });

  it("says where no conversation changes, and where not all were counted", () => {
    expect(effectWords(NOTHING, onToTrial)).toEqual([
      "Of the conversations that are open now, none changes.",
    ]);
    expect(effectWords({ ...NOTHING, examined: 5_000, isComplete: false }, trialToOn)).toEqual([
      "Nobody waits in the queue now.",
      "Only the first 5000 open conversations were counted.",
    ]);
  });
});
