// Who is logged in, and what they may do. One store for the whole page.
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { api, ApiError, ok } from '@/api/client';
import type { Session } from '@/api/types';
import { setZone } from '@/format';
import { siteLang } from './lang';

/** Language and time zone of the site, before anything is shown. */
function atSite(session: Session): void {
  siteLang(session.site.lang);
  setZone(session.site.time_zone);
}

export const useSession = defineStore('session', () => {
  const session = ref<Session | null>(null);
  /** False until the daemon was asked once. */
  const known = ref(false);

  const rights = computed(() => new Set(session.value?.rights ?? []));

  /** Ask the daemon who we are. A refusal means nobody; a dead line is thrown. */
  async function load(): Promise<void> {
    try {
      session.value = await ok(api.GET('/api/v1/session'));
      if (session.value.kind !== 'user')
        session.value = null; // a terminal's cookie opens no office
      else atSite(session.value);
    } catch (cause) {
      if (cause instanceof ApiError && (cause.status === 401 || cause.status === 403)) session.value = null;
      else throw cause;
    } finally {
      known.value = true;
    }
  }

  async function login(name: string, password: string): Promise<Session> {
    session.value = await ok(api.POST('/api/v1/session', { body: { login: name, password } }));
    atSite(session.value);
    known.value = true;
    return session.value;
  }

  async function logout(): Promise<void> {
    await ok(api.DELETE('/api/v1/session'));
    session.value = null;
  }

  async function changePassword(old: string, next: string): Promise<void> {
    await ok(api.POST('/api/v1/session/password', { body: { old, new: next } }));
    if (session.value) session.value = { ...session.value, must_change_password: false };
  }

  function drop(): void {
    session.value = null;
  }

  // A session that ended elsewhere (idle, password changed, logged out in another window) shows at the next
  // request: the frame then asks to log in again.
  api.use({
    onResponse({ request, response }) {
      const own = new URL(request.url).pathname === '/api/v1/session';
      if (response.status === 401 && !own && session.value !== null) session.value = null;
      return undefined;
    },
  });

  const has = (right: string): boolean => rights.value.has(right);
  const hasAny = (list: readonly string[] | undefined): boolean =>
    !list || list.some((r) => rights.value.has(r));

  return { session, known, rights, load, login, logout, changePassword, drop, has, hasAny };
});
