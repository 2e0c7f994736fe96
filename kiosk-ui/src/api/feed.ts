// The event stream of the daemon as a small state machine.
//
//   live         the daemon says that what it sends is true
//   reconnecting it has not said so for `quietMs` (10 s), or the line broke
//   stale        not for `staleMs` (2 min)
//   tooOld       not for `tooOldMs` (30 min)
//
// A heartbeat says how long ago the daemon's database last answered: a daemon that lives without it makes the page
// old like one that is gone (DV-07). So does a page that knows of news and could not fetch them (`behind`).
//
// The browser's EventSource reconnects by itself and sends Last-Event-ID; the daemon then replays what was
// missed or sends `reset`. When the line is half dead (no heartbeat, no error) the watchdog opens a new one:
// a new EventSource has no Last-Event-ID, so that counts as a reset too.
export type LinkState = 'live' | 'reconnecting' | 'stale' | 'tooOld';

export interface FeedSource {
  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void;
  close(): void;
  onopen: ((event: Event) => void) | null;
  onerror: ((event: Event) => void) | null;
  readonly readyState: number;
}

export interface FeedOptions {
  url: string;
  /** Event names whose data is JSON and handed to onEvent. `reset` and `heartbeat` are handled here. */
  events: readonly string[];
  onEvent: (name: string, data: unknown) => void;
  /** What is on the page may have missed events: fetch it again. */
  onReset: () => void;
  /** @asOf: UTC ms by the daemon's clock, until when the page is known to be true; null: it never was. */
  onState: (state: LinkState, asOf: number | null) => void;
  /** The daemon refuses the stream (logged out, terminal revoked, restarting): look at the session. */
  onRefused?: () => void;
  quietMs?: number;
  staleMs?: number;
  tooOldMs?: number;
  /** For tests: a monotonic clock and a source. */
  now?: () => number;
  open?: (url: string) => FeedSource;
}

/** The daemon's time, and how long ago its database answered. null: the heartbeat does not say. */
function beatOf(data: string): { now_ms: number; age_ms: number } | null {
  try {
    const { now_ms, age_ms } = JSON.parse(data) as Record<string, unknown>;
    return typeof now_ms === 'number' && typeof age_ms === 'number' && age_ms >= 0
      ? { now_ms, age_ms }
      : null;
  } catch {
    return null;
  }
}

const CLOSED = 2;
const TICK_MS = 1_000;
const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

export class Feed {
  private readonly o: Required<FeedOptions>;
  private source: FeedSource | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;
  /** When something came over the line; as of when the daemon knows what is true, and as of when the page does. */
  private lastHeard: number;
  private lastKnown: number;
  private lastTrue: number;
  private late = false;
  /** From this page's clock to the daemon's. */
  private ahead: number | null = null;
  private state: LinkState = 'reconnecting';
  private opened = false;
  private everOpened = false;
  private retries = 0;
  private retryAt = 0;

  constructor(options: FeedOptions) {
    this.o = {
      quietMs: 10_000,
      staleMs: 120_000,
      tooOldMs: 1_800_000,
      onRefused: () => undefined,
      now: () => performance.now(),
      open: (url) => new EventSource(url),
      ...options,
    };
    this.lastHeard = this.lastKnown = this.lastTrue = this.o.now();
  }

  start(): void {
    if (this.timer !== null) return;
    this.connect();
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.source?.close();
    this.source = null;
  }

  /** The page knows that it is not up to date; until it is, nothing it hears makes it young again. */
  set behind(late: boolean) {
    this.late = late;
    if (!late) this.lastTrue = this.lastKnown;
    this.judge();
  }

  limits(staleMs: number, tooOldMs: number): void {
    this.o.staleMs = staleMs;
    this.o.tooOldMs = tooOldMs;
  }

  get link(): LinkState {
    return this.state;
  }

  private connect(): void {
    this.source?.close();
    this.opened = false;
    const source = this.o.open(this.o.url);
    this.source = source;
    source.onopen = () => {
      if (this.source !== source) return;
      const again = this.everOpened;
      this.everOpened = true;
      this.retries = 0;
      this.heard(); // the first heartbeat follows at once
      if (again) this.o.onReset();
    };
    source.onerror = () => {
      if (this.source !== source) return;
      this.opened = false;
      if (source.readyState === CLOSED) this.refuse();
      this.judge();
    };
    source.addEventListener('heartbeat', (event) => {
      const beat = beatOf(event.data);
      if (beat) {
        this.ahead = beat.now_ms - this.o.now();
        this.lastKnown = Math.max(this.lastKnown, this.o.now() - beat.age_ms);
        if (!this.late) this.lastTrue = this.lastKnown;
      }
      this.heard();
    });
    source.addEventListener('reset', () => {
      this.heard();
      this.o.onReset();
    });
    for (const name of this.o.events) {
      source.addEventListener(name, (event) => {
        this.heard();
        let data: unknown;
        try {
          data = JSON.parse(event.data);
        } catch {
          this.o.onReset(); // an event we cannot read is an event we missed
          return;
        }
        this.o.onEvent(name, data);
      });
    }
  }

  private heard(): void {
    this.opened = true;
    this.lastHeard = this.o.now();
    this.judge();
  }

  private refuse(): void {
    this.source?.close();
    this.source = null;
    const wait = RETRY_MS[Math.min(this.retries, RETRY_MS.length - 1)] ?? 15_000;
    this.retries += 1;
    this.retryAt = this.o.now() + wait;
    this.o.onRefused();
  }

  private tick(): void {
    const now = this.o.now();
    if (this.source === null) {
      if (now >= this.retryAt) this.connect();
    } else if (this.opened && now - this.lastHeard > 2 * this.o.quietMs) {
      this.connect();
    }
    this.judge();
  }

  private judge(): void {
    const age = this.o.now() - this.lastTrue;
    let next: LinkState;
    if (age > this.o.tooOldMs) next = 'tooOld';
    else if (age > this.o.staleMs) next = 'stale';
    else if (!this.opened || age > this.o.quietMs) next = 'reconnecting';
    else next = 'live';
    if (next !== this.state) {
      this.state = next;
      this.o.onState(next, this.ahead === null ? null : this.lastTrue + this.ahead);
    }
  }
}
