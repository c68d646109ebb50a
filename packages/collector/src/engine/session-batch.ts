/**
 * One session's share of a batch: all requests for it are applied in memory and become one write.
 * @module
 */
import { admittedUntil, isAdmitted } from "../core/admission.ts";
import type { Input, SignalInput } from "../core/input.ts";
import { type Lease, leaseOf, renewalOf } from "../core/lease.ts";
import { aliasOf, isMerging } from "../core/merge.ts";
import { holdsCapacity } from "../core/routing.ts";
import { createSession, earliest, type Session } from "../core/session.ts";
import type { Settings } from "../core/settings.ts";
import { withoutTrace } from "../core/trace.ts";
import { type Transition, visibleOf } from "../core/transition.ts";
import { ERASURE_KEPT_MS } from "../stores/erasure.ts";
import type { Found, SessionKey, Write } from "../stores/store.ts";
import { isEvent, noteActivity } from "./activity.ts";
import { type Broadcasts, silenceInput } from "./broadcasts.ts";
import { noteChange } from "./change-time.ts";
import { isOfMerge, isOfPage, type KnownPage, type Outcome, type Request } from "./request.ts";
import { asIfOn, createShadow, dropShadow, SessionReducer } from "./session-reducer.ts";

export class SessionBatch {
  readonly key: SessionKey;
  readonly settings: Settings;
  /** The last broadcast that the session has applied; later ones are applied in a later batch. */
  readonly epoch: number;
  readonly #found: Found;
  readonly #broadcasts: Broadcasts;
  #live: SessionReducer | null = null;
  #shadow: SessionReducer | null = null;
  #hasAppliedBroadcast = false;
  /** Latest instant reduced so far: a broadcast read during the load may be later than the request. */
  #now = 0;
  #lastEventAt = 0;
  /** Nothing but beats was applied. */
  #isBeatsOnly = true;
  /** Transitions of shadows that were dropped in this batch. */
  readonly #droppedShadowTransitions: Transition[] = [];
  readonly #eventIds = new Set<string>();

  constructor(key: SessionKey, found: Found, broadcasts: Broadcasts) {
    this.key = key;
    this.settings = broadcasts.latest(key.account).settings;
    this.epoch = broadcasts.epoch;
    this.#found = found;
    this.#broadcasts = broadcasts;
    const { stored } = found;
    if (!stored) return;
    this.#live = new SessionReducer(stored.session);
    if (stored.shadow) this.#shadow = new SessionReducer(stored.shadow, asIfOn);
    this.#catchUp(stored.epoch);
  }

  /** The lease by which the beat can be repeated once the write is committed, or null. */
  leaseOf(beat: SignalInput): Lease | null {
    if (!this.#live || this.#shadow) return null;
    return leaseOf(this.#live.session, beat, this.settings);
  }

  get session(): Session | null {
    return this.#live?.session ?? null;
  }

  /** Applies what was broadcast since the session was last written. */
  #catchUp(epoch: number): void {
    let settings = this.#broadcasts.asOf(this.key.account, epoch);
    for (const { at, input } of this.#broadcasts.since(this.key.account, epoch)) {
      this.#reduce(input, at, settings);
      this.#hasAppliedBroadcast = true;
      if (input.type !== "settings_changed") continue;
      settings = input.settings;
      this.#createShadow(settings);
    }
  }

  #createShadow({ presence }: Settings): void {
    if (!this.#live) return;
    if (presence.mode === "shadow") {
      this.#shadow ??= new SessionReducer(createShadow(this.#live.session), asIfOn);
      this.#live.session = withoutTrace(this.#live.session);
    } else if (this.#shadow) {
      this.#live.session = dropShadow(this.#live.session, this.#shadow.session);
      this.#droppedShadowTransitions.push(...this.#shadow.transitions);
      this.#shadow = null;
    }
  }

  apply(request: Request, now: number): Outcome {
    const { eventId, copyIds = [] } = request;
    const isDuplicate = eventId !== undefined && this.#hasSeen(eventId);
    const isCopy = copyIds.some((id) => this.#hasSeen(id));
    const wasThere = this.#live !== null;
    if (!wasThere && isOfPage(request) && this.#wasErased(now)) return { status: "erased" };
    const elsewhere = isOfMerge(request) ? null : this.#goesOnElsewhere(isDuplicate);
    if (elsewhere) return elsewhere;
    const { binding } = request;
    if (binding !== undefined && !this.#live?.session.bindings.includes(binding)) {
      return { status: "unbound" };
    }
    const { expectedAssignee } = request;
    const assignee = this.#live?.session.assignee ?? null;
    if (expectedAssignee !== undefined && assignee !== expectedAssignee) {
      return { status: "assigned_meanwhile", assignee };
    }
    if (!this.#live && request.create && !request.knownPage) {
      this.#live = new SessionReducer(createSession({ id: this.key.id, ...request.create }, now));
      this.#createShadow(this.settings);
    }
    if (!this.#live) return { status: "not_found" };
    if (request.knownPage && !this.#knows(request.knownPage, now)) {
      return { status: "unknown_page" };
    }
    const transitionsBefore = this.#live.transitions.length;
    const heldCapacity = holdsCapacity(this.#live.session, this.settings);
    if (!isDuplicate) {
      for (const input of request.inputs) {
        this.#reduce(isCopy ? asCopy(input) : input, now, this.settings);
        if (input.type === "merge_taken" || input.type === "merge_cancelled") {
          this.#applySilence(now);
        }
        if (isEvent(input)) this.#lastEventAt = this.#now;
        this.#isBeatsOnly &&= input.type === "signal" && input.signal === "beat";
      }
      if (eventId !== undefined) this.#eventIds.add(eventId);
    }
    if (isOfMerge(request) && isMerging(this.#live.session)) {
      return { status: "merging", stopped: this.#live.session, shadow: this.#shadowSession };
    }
    return {
      status: isDuplicate ? "duplicate" : "applied",
      session: this.#live.session,
      shadow: this.#shadowSession,
      settings: this.settings,
      created: !wasThere,
      tookCapacity: !heldCapacity && holdsCapacity(this.#live.session, this.settings),
      transitions: this.#live.transitions.slice(transitionsBefore),
    };
  }

  #hasSeen(eventId: string): boolean {
    return this.#eventIds.has(eventId) || this.#found.seenEventIds.includes(eventId);
  }

  get #shadowSession(): Session | null {
    return this.#shadow?.session ?? null;
  }

  /** Rule 26: what is for this session is for the one that it goes on as. */
  #goesOnElsewhere(isDuplicate: boolean): Outcome | null {
    const session = this.#live?.session;
    if (!session?.merge) return null;
    const into = aliasOf(session);
    if (into === null) return { status: "merging", stopped: session, shadow: this.#shadowSession };
    return { status: "moved", into, isDuplicate };
  }

  #wasErased(now: number): boolean {
    const { erasedAt } = this.#found;
    return erasedAt !== undefined && now - erasedAt < ERASURE_KEPT_MS;
  }

  /** Whether the page may go on. Its session may be offline by now, so timers run before that is asked. */
  #knows({ id, openedBy }: KnownPage, now: number): boolean {
    this.#reduce({ type: "tick" }, now, this.settings);
    const session = this.#pageSession;
    if (session === null) return false;
    const isKnown =
      openedBy === null
        ? session.pages.some((page) => page.id === id)
        : isAdmitted(session, id, openedBy, this.#now);
    // What the timers did must not be lost with a beat.
    this.#isBeatsOnly &&= isKnown;
    return isKnown;
  }

  /** The session that pages are read in: its shadow, where it has one. */
  get #pageSession(): Session | null {
    return (this.#shadow ?? this.#live)?.session ?? null;
  }

  /** Until when the page may go on with its proof; 0 if it has none. */
  admittedUntil(page: string): number {
    return this.#pageSession ? admittedUntil(this.#pageSession, page) : 0;
  }

  /** What stood still during a merge has not applied that the account became unheard, or was heard again. */
  #applySilence(now: number): void {
    const offsetMs = this.#broadcasts.offsetAsOf(this.epoch);
    const period = this.#broadcasts.unheardPeriod(this.key.account, now - offsetMs);
    this.#reduce(silenceInput(period, offsetMs), now, this.settings);
  }

  #reduce(input: Input, at: number, settings: Settings): void {
    if (input.type === "clock_step") this.#now += input.byMs;
    this.#now = Math.max(this.#now, at);
    const before = this.#live?.session;
    const shadowSeq = this.#shadow?.session.seq;
    this.#live?.reduce(input, this.#now, settings);
    this.#shadow?.reduce(ofShadow(input), this.#now, settings);
    if (!this.#live || !before) return;
    const isShadowChanged = this.#shadow?.session.seq !== shadowSeq;
    this.#live.session = noteChange(this.#live.session, before, isShadowChanged, this.#now);
  }

  /** The write to commit, or null where nothing changed. */
  write(): Write | null {
    const { stored } = this.#found;
    const live = this.#live;
    if (!live) return null;
    const session = noteActivity(live.session, this.#lastEventAt, stored?.session ?? null);
    const shadow = this.#shadowSession;
    const deadlineAt = earliest(
      live.deadlineAt(this.settings),
      this.#shadow?.deadlineAt(this.settings) ?? null,
    );
    const isSame =
      stored?.session === session && stored.shadow === shadow && stored.deadlineAt === deadlineAt;
    if (isSame && !this.#hasAppliedBroadcast && this.#eventIds.size === 0) return null;
    const visible = visibleOf(session, this.settings);
    const shadowTransitions = [
      ...this.#droppedShadowTransitions,
      ...(this.#shadow?.transitions ?? []),
    ];
    const isBeatsOnly =
      stored !== null &&
      this.#isBeatsOnly &&
      !this.#hasAppliedBroadcast &&
      this.#eventIds.size + live.transitions.length + shadowTransitions.length === 0;
    const renewal =
      isBeatsOnly && shadow === stored.shadow ? renewalOf(stored.session, session) : null;
    const common = {
      key: this.key,
      expectedVersion: stored?.version ?? 0,
      session,
      shadow,
      epoch: this.epoch,
      columns: {
        state: visible.state,
        presence: visible.presence,
        queue: visible.queue,
        queuedAt: session.queuedAt,
        assignee: aliasOf(session) === null ? session.assignee : null,
        group: session.ticket.group,
        capacityHeld: visible.capacityHeld,
      },
      eventIds: [...this.#eventIds],
      transitions: live.transitions,
      shadowTransitions,
    };
    if (renewal && deadlineAt !== null) return { ...common, kind: "lease", renewal, deadlineAt };
    return { ...common, kind: isBeatsOnly ? "beats" : "change", deadlineAt };
  }
}

/** The survivor's shadow takes over from the old session's. */
function ofShadow(input: Input): Input {
  return input.type === "merge_taken" ? { ...input, from: input.shadow ?? input.from } : input;
}

function asCopy(input: Input): Input {
  const isMessage = input.type === "end_user_message" || input.type === "agent_message";
  return isMessage ? { ...input, isCopy: true } : input;
}
