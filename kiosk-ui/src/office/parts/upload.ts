// A file on its way to the daemon: what need not be sent at all, and sending it as it is.
import { api, ok } from '@/api/client';
import type { Schemas } from '@/api/types';

const MEDIA_MAX = 8 * 1024 * 1024;

/** Why a picture or document need not be sent; null when it may be. The daemon looks at the bytes itself. */
export function mediaFault(name: string, size: number): 'large' | 'empty' | 'kind' | null {
  if (size > MEDIA_MAX) return 'large';
  if (size === 0) return 'empty';
  return /\.(png|jpe?g|webp|pdf)$/iu.test(name) ? null : 'kind';
}

/** The body of a request that is a file. */
export const RAW = {
  bodySerializer: (body: unknown) => body as BodyInit,
  headers: { 'Content-Type': 'application/octet-stream' },
};

export function uploadMedia(project: number, file: File, of?: 'deal'): Promise<Schemas['Media']> {
  return ok(
    api.POST(of === 'deal' ? '/api/v1/deal-media' : '/api/v1/media', {
      params: { query: { name: file.name, project } },
      body: file as unknown as string,
      ...RAW,
    }),
  );
}
