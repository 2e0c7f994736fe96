// The public chart of one project, kept true: fetched once, changed by the events, fetched again when they say so or
// when one may have been missed. The kiosk and the counter show what it hands over. A keeper serves one project and
// is thrown away with it, so an answer that comes late can never land in another project's place.
import { api, ok, toApiError, type ApiError } from '@/api/client';
import { Feed, type FeedSource, type LinkState } from '@/api/feed';
import type { FeedUnits, PublicChart } from '@/api/types';
import { applyUnits, decodeChart, type Chart } from './model';

/** What an event changed: indices of buildings, ids of units. */
export interface Delta {
  buildings: number[];
  units: number[];
}

export interface KeeperOptions {
  project: number;
  /** null: nothing is published. Without a delta everything may be new. */
  onChart: (chart: Chart | null, delta: Delta | null) => void;
  /** Fetched in the same round, each time: what belongs to the chart. A failure repeats the round. */
  also?: (chart: Chart | null) => Promise<void>;
  onState: (state: LinkState, asOf: number | null) => void;
  /** A round failed and will be repeated. */
  onProblem?: (error: ApiError) => void;
  onRefused?: () => void;
  /** For tests. */
  open?: (url: string) => FeedSource;
}

const STALE_S = 120;
const TOO_OLD_S = 1800;
const APART_MS = 1_000; // not faster than once a second
const AGAIN_MS = 3_000;

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

export class ChartKeeper {
  private readonly feed: Feed;
  private chart: Chart | null = null;
  private etag = '';
  private told = 0; // how often there was news
  private fetching = false;
  private startedAt = -Infinity;
  private stopped = false;

  constructor(private readonly o: KeeperOptions) {
    this.feed = new Feed({
      url: `/api/v1/public/events?project=${o.project}`,
      events: ['units', 'published', 'project'],
      staleMs: STALE_S * 1000,
      tooOldMs: TOO_OLD_S * 1000,
      onEvent: (name, data) => {
        if (name === 'units') this.units(data as FeedUnits);
        else void this.refresh();
      },
      onReset: () => void this.refresh(),
      onState: o.onState,
      onRefused: () => o.onRefused?.(),
      ...(o.open ? { open: o.open } : {}),
    });
  }

  start(): void {
    this.feed.start();
    void this.refresh();
  }

  stop(): void {
    this.stopped = true;
    this.feed.stop();
  }

  /** There is news. Round after round until one began after the last of it; till then the page is behind. */
  async refresh(): Promise<void> {
    this.told += 1;
    this.feed.behind = true;
    if (this.fetching) return;
    this.fetching = true;
    for (let had = 0; had !== this.told && !this.stopped;) {
      const now = this.told;
      try {
        const early = this.startedAt + APART_MS - performance.now();
        if (early > 0) await pause(early);
        if (this.stopped) return;
        await this.round();
        had = now;
      } catch (cause) {
        if (this.stopped) return;
        this.o.onProblem?.(toApiError(cause));
        await pause(AGAIN_MS);
      }
    }
    this.fetching = false;
    if (!this.stopped) this.feed.behind = false;
  }

  private async round(): Promise<void> {
    this.startedAt = performance.now();
    const answer = await api.GET('/api/v1/public/projects/{project}/chart', {
      params: { path: { project: this.o.project } },
      headers: this.etag === '' ? {} : { 'If-None-Match': this.etag },
    });
    if (this.stopped) return;
    if (answer.response.status === 404) this.none();
    else if (answer.response.status !== 304) this.take(await ok(Promise.resolve(answer)), answer.response);
    await this.o.also?.(this.chart);
  }

  private none(): void {
    this.chart = null;
    this.etag = '';
    this.o.onChart(null, null);
  }

  private take(body: unknown, response: Response): void {
    const raw = body as PublicChart;
    performance.mark('chart-decode');
    const next = decodeChart(raw);
    performance.measure('anchang.decode', 'chart-decode');
    // An answer that left before a loss we have already heard of must not bring the unit back.
    const had = this.chart?.publication;
    if (had?.id === next.publication.id && next.publication.patch < had.patch) return;
    this.etag = response.headers.get('ETag') ?? '';
    this.chart = next;
    this.feed.limits((raw.project.stale_s ?? STALE_S) * 1000, (raw.project.too_old_s ?? TOO_OLD_S) * 1000);
    this.o.onChart(next, null);
  }

  private units(data: FeedUnits): void {
    if (this.chart === null) return;
    const had = this.chart.publication.patch;
    const applied = applyUnits(this.chart, data);
    if (applied === null) {
      void this.refresh();
      return;
    }
    if (applied.chart === this.chart) return;
    this.chart = applied.chart;
    this.o.onChart(applied.chart, { buildings: applied.buildings, units: applied.units });
    // Each row is a patch of its own: fewer rows than patches, and one was not told.
    if (data.patch - had > data.units.length) void this.refresh();
  }
}
