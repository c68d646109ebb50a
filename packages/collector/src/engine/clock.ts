/**
 * The time of a store, which all its collectors share. Leases and buffers end by it, so two
 * collectors whose own clocks differ must not each use their own. It has two readings:
 *
 * - Steady time is for durations. It never steps, whatever clock is set.
 * - The time itself is steady time and an offset, and follows the store's wall clock. It is stored
 *   with sessions, shown, and compared with times from outside. When the wall clock steps, a broadcast
 *   changes the offset, and every session moves with it.
 *
 * docs/decisions/0017 has the reasons.
 * @module
 */
import type { ClockKeeper, ClockReading, Store } from "../stores/store.ts";

export class Clock {
  readonly #source: () => number;
  #offsetMs = 0;

  /** @param source epoch milliseconds; decreases by little, if at all. */
  constructor(source: () => number) {
    this.#source = source;
  }

  /** Milliseconds for durations; the same in all collectors of a store, and across restarts. */
  steady(): number {
    return this.#source();
  }

  /** Epoch milliseconds; decreases only where the store's wall clock was set back. */
  now(): number {
    return this.timeOf(this.steady());
  }

  /** The time at an instant of steady time, by the offset as it is now. */
  timeOf(steady: number): number {
    return steady + this.#offsetMs;
  }

  /** How far the time is ahead of steady time, as of the last broadcast that was read. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** Called as soon as the broadcast of a step is read, so that time and epoch change together. */
  stepTo(offsetMs: number): void {
    this.#offsetMs = offsetMs;
  }

  /** Something happened to this machine's clocks since the last {@link sync}; it must run again. */
  get isDisturbed(): boolean {
    return false;
  }

  /**
   * A step was read since the last {@link sync}. Its offset goes with the steady time of the collector that
   * broadcast it, which may be another one than here.
   */
  get hasReadStep(): boolean {
    return false;
  }

  /** How far this machine's wall clock is ahead of the store's time. */
  get skewMs(): number {
    return 0;
  }

  /**
   * Adjusts steady time to that of the store. Returns the new offset where the store's wall clock
   * seems to have stepped: the caller reads the broadcasts, asks again, and broadcasts it.
   * @param _isUpToDate the broadcasts were just read. Otherwise a step may have been broadcast, so a
   *   difference is returned whatever explains it.
   */
  async sync(_store: ClockStore, _isUpToDate = true): Promise<number | null> {
    return null;
  }
}

/** A system clock that stands still while it is behind, for where there is no monotonic clock. */
export function createSystemClock(): Clock {
  let last = 0;
  return new Clock(() => {
    last = Math.max(last, Date.now());
    return last;
  });
}

/** What a {@link StoreClock} needs of a store. */
export type ClockStore = Pick<Store, "readClock" | "keepClock">;

/** The clocks of a machine. */
export interface MachineClocks {
  /** Milliseconds that only ever increase; they may stand still while the machine is suspended. */
  mono(): number;
  /** Epoch milliseconds; steps when somebody sets the clock. */
  wall(): number;
  /** For how many milliseconds the machine was suspended in this boot, from any zero. */
  suspended(): number;
  /** Names the boot: processes with the same name share `mono`. */
  readonly boot: string;
  /** Whether they share the zero of `suspended` too. A container may have its own. */
  readonly sharesSuspended: boolean;
}

interface Instant {
  readonly mono: number;
  readonly wall: number;
  readonly suspended: number;
}

/** When the store's clock was read, and the offset by which steady time follows from it. */
interface Sync extends Instant {
  readonly offsetMs: number;
}

/** A larger difference between two clocks is a step of one of them, a smaller one is slewed. */
export const MAX_SLEW_MS = 1_000;
/** How much of a difference is slewed with each heartbeat, so once a second. */
const SLEW_MS = 50;
/** A keeper without a heartbeat for so long is replaced. */
const KEEPER_TIMEOUT_MS = 3_000;
/** The store's reply took so long that its time says little. */
const MAX_READING_MS = 500;
/** Rule 6: a liveness watermark older than this is an outage. That of collectors that run is no older. */
export const OUTAGE_AFTER_MS = 5_000;
/** Time that has passed unseen is taken to be this long, just an outage: nothing has measured it. */
const UNSEEN_MS = OUTAGE_AFTER_MS + 1;

/**
 * The time of a store as one of its collectors knows it: this machine's monotonic clock and a base. The
 * base follows the store's own clock, or that of the collector that the store names as its clock.
 */
export class StoreClock extends Clock {
  readonly #machine: MachineClocks;
  readonly #collector: string;
  /** Steady time − `mono`. */
  #base: number;
  #last = 0;
  /** At the last sync; `null` before the first. */
  #synced: Sync | null = null;
  /** When the store's clock was last read. */
  #asked: Sync | null = null;
  /** The keeper's last heartbeat that was seen, and when on this machine's `mono` it was first seen. */
  #seen: { readonly keeper: ClockKeeper; readonly at: number } | null = null;
  /** This process does not share `mono` with the keeper, though both name the same boot. */
  #isApart = false;
  /** For a store without a clock that only this process uses. */
  #keeper: ClockKeeper | null = null;

  /** @param collector a name of this process that no other has */
  constructor(machine: MachineClocks, collector: string) {
    super(() => this.#read());
    this.#machine = machine;
    this.#collector = collector;
    this.#base = machine.wall() - machine.mono();
  }

  /** Never decreases, except by {@link #jumpTo}. Whole, because stores keep whole milliseconds. */
  #read(): number {
    const steady = Math.floor(this.#machine.mono() + this.#base);
    if (steady > this.#last) this.#last = steady;
    return this.#last;
  }

  override get isDisturbed(): boolean {
    if (!this.#synced || this.hasReadStep) return true;
    const { mono, wall } = this.#synced;
    const passed = this.#machine.mono() - mono;
    return Math.abs(this.#machine.wall() - wall - passed) > MAX_SLEW_MS;
  }

  override get hasReadStep(): boolean {
    return this.#synced !== null && this.#synced.offsetMs !== this.offsetMs;
  }

  override get skewMs(): number {
    return this.#machine.wall() - this.now();
  }

  override async sync(store: ClockStore, isUpToDate = true): Promise<number | null> {
    const offsetMs = store.readClock
      ? await this.#follow(() => (store as Required<ClockStore>).readClock(), isUpToDate)
      : await this.#keepOrFollow(store);
    const isDecided = offsetMs === null || isUpToDate || !store.readClock;
    if (isDecided) this.#synced = this.#asked;
    return offsetMs;
  }

  #instant(): Sync {
    const machine = this.#machine;
    const clocks = { mono: machine.mono(), wall: machine.wall(), suspended: machine.suspended() };
    return { ...clocks, offsetMs: this.offsetMs };
  }

  /** Sets the base: the clock may only stand still for as long as it goes back a little. */
  #jumpTo(base: number): void {
    if (base < this.#base - MAX_SLEW_MS) this.#last = 0;
    this.#base = base;
  }

  /** Follows the store's own clock; only it can step. */
  async #follow(read: () => Promise<ClockReading>, isUpToDate: boolean): Promise<number | null> {
    const asked = this.#instant();
    const before = asked.mono;
    const { now, watermark } = await read();
    const instant = this.#instant();
    // Whether the clock was read before the suspension or after it is unknown.
    if (sleptMs(asked, instant) > 0) return this.#follow(read, isUpToDate);
    this.#asked = { ...asked, offsetMs: this.offsetMs };
    const after = instant.mono;
    // The clock was read at some instant between the two.
    const [low, high] = [now - this.offsetMs - after, now - this.offsetMs - before];
    const middle = (low + high) / 2;
    const offsetMs = () => Math.round(now - (before + after) / 2 - this.#base);
    const aheadMs = (base: number) => (watermark ?? Number.NEGATIVE_INFINITY) - (after + base);
    if (!this.#synced) {
      const wasSetBack = aheadMs(middle) > MAX_SLEW_MS;
      this.#jumpTo(wasSetBack ? aheadMs(middle) + middle + UNSEEN_MS : middle);
      return wasSetBack ? offsetMs() : null;
    }
    // A suspension has passed, also where a step of the store's clock makes up for it.
    const slept = sleptMs(this.#synced, instant);
    const base = this.#base + slept;
    if (base >= low - MAX_SLEW_MS && base <= high + MAX_SLEW_MS) {
      const isKnown = base >= low && base <= high;
      const isExact = after - before < MAX_READING_MS;
      this.#jumpTo(!isKnown && isExact ? base + slew(middle - base) : base);
      return null;
    }
    if (!isUpToDate) return offsetMs();
    // This machine may have stood still: others have gone on, or it was suspended, which is an outage.
    const behindMs = aheadMs(this.#base);
    const isBehind = behindMs > MAX_SLEW_MS / 2;
    const lostMs = Math.max(slept, isBehind ? behindMs : 0);
    this.#jumpTo(this.#base + lostMs);
    const restMs = middle - this.#base;
    const isOfWatermark = isBehind && restMs >= 0 && restMs <= OUTAGE_AFTER_MS;
    // Another collector has broadcast a step, and its time is behind by what is left: that one stood still, or
    // started when nothing had measured how long none had run.
    const wasBroadcast = this.offsetMs !== this.#synced.offsetMs;
    const isAhead = wasBroadcast && restMs < 0 && behindMs - lostMs <= restMs;
    if (isOfWatermark || isAhead || Math.abs(restMs) <= MAX_SLEW_MS) {
      this.#jumpTo(middle);
      return null;
    }
    // Nothing else explains it.
    return offsetMs();
  }

  /** Is the clock of the store, or follows the collector that is. */
  async #keepOrFollow(store: ClockStore): Promise<number | null> {
    let base = this.#base;
    let offsetMs: number | null = null;
    const change = (stored: ClockKeeper | null, watermark: number | null) => {
      const instant = this.#instant();
      this.#asked = instant;
      const keeper = stored && this.#afterSleep(stored, instant);
      const wasApart = this.#isApart;
      if (keeper && keeper.collector !== this.#collector && this.#isAlive(keeper, instant.mono)) {
        const atLeast = keeper.mono + keeper.base - instant.mono;
        if (this.#sharesMono(keeper, instant.mono)) base = keeper.base;
        else base = wasApart ? Math.max(this.#base, atLeast) : atLeast;
        return keeper;
      }
      const changed = this.#keep(keeper, watermark, instant);
      base = changed.keeper.base;
      offsetMs = changed.offsetMs;
      return changed.keeper;
    };
    if (store.keepClock) await store.keepClock(change);
    else this.#keeper = change(this.#keeper, null);
    // Only now: where the call fails, all of this is found again, and must not be added twice.
    this.#jumpTo(base);
    return offsetMs;
  }

  /** The first collector that runs after the machine was suspended adds that time, for all. */
  #afterSleep(keeper: ClockKeeper, instant: Instant): ClockKeeper {
    if (!this.#sharesMono(keeper, instant.mono)) return keeper;
    if (!this.#synced) return this.#afterUnnoticedSleep(keeper, instant);
    const slept = sleptMs(this.#synced, instant);
    // Others may have added all of it, or an earlier suspension.
    const base = this.#base + slept;
    const isAdded = keeper.base > base - MAX_SLEW_MS;
    return slept === 0 || isAdded ? keeper : { ...keeper, base, suspended: instant.suspended };
  }

  /** All collectors that ran before the suspension may have died. */
  #afterUnnoticedSleep(keeper: ClockKeeper, instant: Instant): ClockKeeper {
    const { mono, base, suspended } = keeper;
    if (suspended === null || !this.#machine.sharesSuspended) return keeper;
    const before = { mono, wall: mono + base + this.offsetMs, suspended };
    const slept = sleptMs(before, instant);
    if (slept === 0) return keeper;
    return { ...keeper, base: base + slept, suspended: instant.suspended };
  }

  /** A keeper of an earlier boot is not. Any other is, until its heartbeat stood still for too long. */
  #isAlive(keeper: ClockKeeper, mono: number): boolean {
    if (keeper.boot !== this.#machine.boot) return false;
    const isNew =
      keeper.collector !== this.#seen?.keeper.collector || keeper.mono !== this.#seen.keeper.mono;
    // A heartbeat that came after the last sync and has an earlier time is of another `mono`.
    if (keeper.mono > mono) this.#isApart = true;
    if (isNew && this.#seen && this.#synced && keeper.mono < this.#synced.mono)
      this.#isApart = true;
    if (isNew) this.#seen = { keeper, at: mono };
    return mono - (this.#seen?.at ?? mono) < KEEPER_TIMEOUT_MS;
  }

  #sharesMono(keeper: ClockKeeper, mono: number): boolean {
    return keeper.boot === this.#machine.boot && keeper.mono <= mono && !this.#isApart;
  }

  /** The wall clock of this machine is that of the store, and steady time goes on from the last keeper. */
  #keep(keeper: ClockKeeper | null, watermark: number | null, instant: Instant) {
    const { mono, wall } = instant;
    const wallBase = wall - this.offsetMs - mono;
    let base = this.#continuedBase(keeper, watermark, wallBase, instant);
    const difference = wallBase - base;
    let offsetMs: number | null = null;
    if (Math.abs(difference) <= MAX_SLEW_MS) base += slew(difference);
    else offsetMs = Math.round(wall - mono - base);
    const { boot, sharesSuspended } = this.#machine;
    const suspended = sharesSuspended ? instant.suspended : null;
    return { keeper: { collector: this.#collector, boot, base, mono, suspended }, offsetMs };
  }

  #continuedBase(
    keeper: ClockKeeper | null,
    watermark: number | null,
    wallBase: number,
    { mono }: Instant,
  ): number {
    if (!keeper) return wallBase;
    if (this.#sharesMono(keeper, mono)) return keeper.base;
    const last = keeper.mono + keeper.base - mono;
    if (keeper.boot === this.#machine.boot) return Math.max(this.#base, last);
    // An offset of an earlier boot says nothing. Time goes on by the wall clock, unless it was set back.
    // Other collectors may have gone on after the keeper's last heartbeat.
    const lastHeard = Math.max(last, (watermark ?? Number.NEGATIVE_INFINITY) - mono);
    // A boot is an outage, also where the clock was set back by nearly as long as it took.
    if (!this.#synced) return Math.max(wallBase, lastHeard + UNSEEN_MS);
    if (wallBase >= lastHeard - MAX_SLEW_MS) return Math.max(wallBase, lastHeard);
    return lastHeard + UNSEEN_MS;
  }
}

/**
 * For how long the machine was suspended between two instants, and `mono` stood still; 0: not for long. The
 * wall clock must have gone another way than `mono`: in a container the other figure may be the
 * container's own. It may have been set as well.
 */
function sleptMs(from: Instant | null, { mono, wall, suspended }: Instant): number {
  if (!from) return 0;
  const missed = wall - from.wall - (mono - from.mono);
  const slept = suspended - from.suspended;
  if (Math.abs(missed) <= MAX_SLEW_MS || slept <= MAX_SLEW_MS) return 0;
  return Math.abs(slept - missed) <= MAX_SLEW_MS ? missed : slept;
}

function slew(differenceMs: number): number {
  return Math.max(-SLEW_MS, Math.min(SLEW_MS, differenceMs));
}
