// The one way to the daemon. Every page uses `api` with the generated types, and `ok()` to unwrap:
//
//   const chart = await ok(api.GET('/api/v1/public/projects/{project}/chart', { params: { path: { project } } }));
//
// A refusal becomes an ApiError that carries the daemon's own sentence; a dead line, a time-out and an
// answer that is not ours become an ApiError with code `net.*` and status 0.
import createClient, { type Middleware } from 'openapi-fetch';
import type { paths } from './types';
import type { Problem } from './types';

export const TIMEOUT_MS = 15_000;
export const UPLOAD_TIMEOUT_MS = 120_000;

export class ApiError extends Error {
  readonly status: number;
  /** Stable code of the daemon's fault table, or net.offline, net.timeout, net.aborted, net.answer. */
  readonly code: string;
  readonly title: string;
  readonly errors: NonNullable<Problem['errors']>;
  /** How many further errors the daemon did not list. */
  readonly more: number;
  /** The daemon's number for this refusal, to be read out to support. */
  readonly id: string;

  constructor(status: number, code: string, title: string, detail: string, problem?: Partial<Problem>) {
    super(detail);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.title = title;
    this.errors = problem?.errors ?? [];
    this.more = problem?.more ?? 0;
    this.id = problem?.id ?? '';
  }

  get detail(): string {
    return this.message;
  }

  /** True when nothing is known about the outcome: the request may have reached the daemon. */
  get uncertain(): boolean {
    return this.status === 0;
  }
}

let language = 'zh-CN';

/** The language the daemon answers refusals in. */
export function setApiLanguage(tag: string): void {
  language = tag;
}

/** A fresh idempotency key: one per intention of the user, reused when the same intention is retried. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

const headers: Middleware = {
  onRequest({ request }) {
    request.headers.set('Accept-Language', language);
    if (request.method !== 'GET' && request.method !== 'HEAD') request.headers.set('X-Anchang', '1');
    return request;
  },
};

/** fetch with a time limit that also honours the caller's own signal. */
export function fetchTimed(request: Request, ms = TIMEOUT_MS): Promise<Response> {
  const limit = AbortSignal.timeout(ms);
  return fetch(request, { signal: AbortSignal.any([request.signal, limit]) });
}

function isUpload(request: Request): boolean {
  const type = request.headers.get('Content-Type') ?? '';
  return request.method !== 'GET' && !type.startsWith('application/json');
}

export const api = createClient<paths>({
  baseUrl: '',
  credentials: 'same-origin',
  fetch: (request) => fetchTimed(request, isUpload(request) ? UPLOAD_TIMEOUT_MS : TIMEOUT_MS),
});
api.use(headers);

export function toApiError(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause;
  const name = cause instanceof Error ? cause.name : '';
  if (name === 'TimeoutError') return new ApiError(0, 'net.timeout', '', 'timeout');
  if (name === 'AbortError') return new ApiError(0, 'net.aborted', '', 'aborted');
  return new ApiError(0, 'net.offline', '', cause instanceof Error ? cause.message : String(cause));
}

export function problemError(status: number, body: unknown): ApiError {
  if (typeof body === 'object' && body !== null && 'code' in body && 'detail' in body) {
    const problem = body as Problem;
    return new ApiError(status, problem.code, problem.title, problem.detail, problem);
  }
  return new ApiError(status, 'net.answer', '', `HTTP ${status}`);
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer, or an ApiError. An answer without a body (204, 304) gives undefined as T. */
export async function ok<T>(pending: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await pending;
  } catch (cause) {
    throw toApiError(cause);
  }
  if (!answer.response.ok) throw problemError(answer.response.status, answer.error);
  return answer.data as T;
}
