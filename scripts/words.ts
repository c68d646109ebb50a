/**
 * The words that this project does not use, and what it says instead. `check-words.ts` refuses them.
 * Every one of them once stood for a concept that has a standard term.
 */

export interface Word {
  /** Identifiers, exactly as written. */
  readonly names?: readonly string[];
  /** Parts of identifiers: one also matches inside a longer name. */
  readonly parts?: readonly string[];
  /** In comments, test titles and Markdown; any white space between the words, any case. */
  readonly phrases?: readonly string[];
  readonly say: string;
}

export const WORDS: readonly Word[] = [
  // The fast path of a beat.
  {
    names: ["recognises", "recognisedBy"],
    phrases: ["known again", "knows it again", "know it again", "recognises it"],
    say: "a cache hit",
  },
  { phrases: ["fingerprint of what it says"], say: "the cache key" },
  { phrases: ["short way", "shorter way"], say: "the fast path" },
  { phrases: ["whole way", "long way", "looked at whole"], say: "the slow path" },
  { names: ["wholeOf"], say: "fullRequest" },
  { names: ["stamp"], say: "slotVersion" },
  { names: ["UNSURE"], say: "UNVERIFIED" },
  { parts: ["keepable"], say: "fitsLogEntry" },
  { names: ["isWhole"], say: "isUint32" },
  { names: ["KnownSessions"], say: "SessionCache" },
  { names: ["Recent"], say: "TwoGenerationLru" },
  { names: ["SlotIndex"], say: "OpenAddressingIndex" },
  { phrases: ["outside of the heap", "outside the heap"], say: "off-heap" },

  // The lease log.
  { names: ["lapsed"], parts: ["lapsed"], phrases: ["lapsed"], say: "stale" },
  { names: ["abandon"], say: "rollBack" },
  { names: ["era", "eras"], parts: ["era", "eras"], say: "segment" },
  { phrases: ["carried over", "carries over"], say: "compacted, checkpointed or copied" },
  { phrases: ["renewals log", "what was heard since"], say: "the lease log" },

  // Records, broadcasts and liveness.
  { names: ["leaveRow"], say: "clearRowDeadline" },
  { parts: ["facet", "facets"], phrases: ["facet", "facets"], say: "indexed columns" },
  { parts: ["untold"], phrases: ["untold"], say: "unapplied" },
  { phrases: ["has been told", "have been told", "was told last"], say: "applied up to an epoch" },
  { phrases: ["who could hear"], say: "the liveness watermark" },
  {
    phrases: ["lets go of", "let go of", "lets it go", "letting go of"],
    say: "releases",
  },
  { parts: ["enrol", "enrols", "enrolled"], phrases: ["enrol", "enrols"], say: "register" },
  { parts: ["heir", "heirs"], phrases: ["heir", "heirs"], say: "successor" },

  // Webhooks.
  { parts: ["courier", "couriers"], phrases: ["courier", "couriers"], say: "DeliveryWorker" },
  { names: ["Lines"], say: "SessionQueues" },
  { names: ["Turns"], say: "DeliveryScheduler" },
  { names: ["Pace"], say: "Backoff" },
  { parts: ["ledger"], phrases: ["ledger"], say: "PendingSettlement" },
  { names: ["Bell"], phrases: ["rings a bell", "ring the bell"], say: "Wakeup, notification" },
  { names: ["askAgain", "sendAgain"], say: "resend, replay" },

  // Other types.
  { names: ["Room"], say: "AppContext or CapacityCounter" },
  { names: ["Desk"], say: "Coordinator" },
  { names: ["Repeats"], say: "LogThrottle" },

  // Tests.
  { names: ["Stage"], say: "EngineHarness" },
  { names: ["Scene"], phrases: ["strikes the scene", "sets the scene"], say: "a fixture" },
  { parts: ["crowd"], phrases: ["crowd"], say: "VisitorFleet" },
  { names: ["Manner"], say: "FailureMode" },
  { phrases: ["held against"], say: "checked against" },

  // Style.
  { parts: ["mend", "mends", "mended"], phrases: ["mend", "mends", "mended"], say: "fix" },
  { names: ["tend", "tidy"], say: "maintain, housekeeping" },
  { phrases: ["trouble", "troubles"], say: "error" },
  { phrases: ["answers with"], say: "returns" },
  { phrases: ["null: there is none", "null: none"], say: "`null` if absent" },
  { phrases: ["anew"], say: "again" },
  { phrases: ["whoever", "whomever", "whosoever"], say: "the caller, the visitor" },
  { phrases: ["sees to it that", "see to it that"], say: "ensures" },
  { phrases: ["of old", "of before"], say: "earlier" },
  { phrases: ["is of use", "be of use"], say: "is useful" },
  { phrases: ["whichever way", "as may be"], say: "name the cases" },
];

/** Name a limit max… or min…: these parts at the start or the end of a name are refused. */
export const LIMIT_PARTS: readonly string[] = ["most", "least"];

/** Right in one sense and wrong in another: counted, never refused. */
export const COUNTED: readonly string[] = [
  "place",
  "look",
  "take",
  "at once",
  "gone",
  "tell",
  "told",
  "news",
  "mark",
  "room",
  "again",
  "whole",
  "somebody",
  "nobody",
  "by itself",
  "is no more",
  "so long",
  "so many",
  "desk",
  "line",
  "turn",
  "stage",
  "terms",
  "behind",
  "hear",
  "within",
];
