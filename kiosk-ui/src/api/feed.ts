// The event stream of the daemon as a small state machine.
//
//   live         events or heartbeats arrive
//   reconnecting no sign of life for `quietMs` (10 s), or the line broke
//   stale        no sign of life for `staleMs` (2 min)
//   tooOld       no sign of life for `tooOldMs` (30 min)
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
  onState: (state: LinkState) => void;
  /** The daemon refuses the stream (logged out, terminal revoked, restarting): look at the session. */
  onRefused?: () => void;
  quietMs?: number;
  staleMs?: number;
  tooOldMs?: number;
  /** For tests: a monotonic clock and a source. */
  now?: () => number;
  open?: (url: string) => FeedSource;
}

const CLOSED = 2;
const TICK_MS = 1_000;
const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

export class Feed {
  private readonly o: Required<FeedOptions>;
  private source: FeedSource | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;
  private lastSign: number;
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
    this.lastSign = this.o.now();
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

  /** The page heard from the daemon by another way (a chart it fetched): also a sign of life. */
  sign(): void {
    this.lastSign = this.o.now();
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
      this.opened = true;
      this.everOpened = true;
      this.retries = 0;
      this.heard();
      if (again) this.o.onReset();
    };
    source.onerror = () => {
      if (this.source !== source) return;
      this.opened = false;
      if (source.readyState === CLOSED) this.refuse();
      this.judge();
    };
    source.addEventListener('heartbeat', () => this.heard());
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
    this.lastSign = this.o.now();
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
    } else if (this.opened && now - this.lastSign > 2 * this.o.quietMs) {
      this.connect();
    }
    this.judge();
  }

  private judge(): void {
    const age = this.o.now() - this.lastSign;
    let next: LinkState;
    if (age > this.o.tooOldMs) next = 'tooOld';
    else if (age > this.o.staleMs) next = 'stale';
    else if (!this.opened || age > this.o.quietMs) next = 'reconnecting';
    else next = 'live';
    if (next !== this.state) {
      this.state = next;
      this.o.onState(next);
    }
  }
}
