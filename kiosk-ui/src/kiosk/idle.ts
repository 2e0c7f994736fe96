// The idle machine of a public screen: after `idleMs` without a touch it warns for `warnMs`, counting down,
// and then expires. Any touch goes back to the start. It knows no DOM; the clock is handed in.
export interface IdleOptions {
  idleMs: number;
  warnMs: number;
  now: () => number;
  /** Whole seconds left while it warns; null when the warning ends. */
  onWarn: (seconds: number | null) => void;
  onExpire: () => void;
}

export const IDLE_MS = 75_000;
export const WARN_MS = 20_000;
/** A take-home code is read with a phone in hand: the screen gives more time for it. */
export const IDLE_QR_MS = 120_000;

export class IdleMachine {
  private since: number;
  private running = false;
  private shown: number | null = null;
  private wait: { ms: number } | null = null;

  constructor(private readonly o: IdleOptions) {
    this.since = o.now();
  }

  start(): void {
    this.running = true;
    this.touch();
  }

  stop(): void {
    this.running = false;
    this.wait = null;
    this.show(null);
  }

  /** Another patience for what is shown now. What it returns takes it back, unless somebody else has set his since. */
  patience(ms: number): () => void {
    const mine = { ms };
    this.wait = mine;
    return () => {
      if (this.wait === mine) this.wait = null;
    };
  }

  touch(): void {
    this.since = this.o.now();
    this.show(null);
  }

  get warning(): boolean {
    return this.shown !== null;
  }

  /** To be called at least every second. */
  tick(): void {
    if (!this.running) return;
    const over = this.o.now() - this.since - (this.wait?.ms ?? this.o.idleMs);
    if (over < 0) return;
    if (over >= this.o.warnMs) {
      this.stop();
      this.o.onExpire();
      return;
    }
    this.show(Math.ceil((this.o.warnMs - over) / 1000));
  }

  private show(seconds: number | null): void {
    if (seconds === this.shown) return;
    this.shown = seconds;
    this.o.onWarn(seconds);
  }
}
