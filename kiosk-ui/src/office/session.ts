// Who is logged in, and what they may do. One store for the whole page.
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { api, ApiError, ok } from '@/api/client';
import type { Session } from '@/api/types';
import { setZone } from '@/format';
import { siteLang } from './lang';

/** How often somebody logged in again after the session had ended: what was refused meanwhile is asked again. */
export const renewed = ref(0);

/** Language and time zone of the site, before anything is shown. */
async function atSite(session: Session): Promise<void> {
  setZone(session.site.time_zone);
  await siteLang(session.site.lang);
}

export const useSession = defineStore('session', () => {
  const session = ref<Session | null>(null);
  /** False until the daemon was asked once. */
  const known = ref(false);
  /** The session ended elsewhere (idle, password changed, logged out in another window). Who it was stays, and
   * what was typed stays on the hidden page, until the same person logs in again. */
  const ended = ref(false);

  const rights = computed(() => new Set(session.value?.rights ?? []));

  /** Ask the daemon who we are. A refusal means nobody; a dead line is thrown. */
  async function load(): Promise<void> {
    try {
      const found = await ok(api.GET('/api/v1/session'));
      if (found.kind === 'user') {
        await atSite(found);
        session.value = found;
      } else end(); // a terminal's cookie opens no office: nobody is logged in at it
    } catch (cause) {
      if (cause instanceof ApiError && (cause.status === 401 || cause.status === 403)) end();
      else throw cause;
    } finally {
      known.value = true;
    }
  }

  async function login(name: string, password: string): Promise<Session> {
    const found = await ok(api.POST('/api/v1/session', { body: { login: name, password } }));
    await atSite(found);
    session.value = found;
    known.value = true;
    if (!found.must_change_password) renew();
    return found;
  }

  function end(): void {
    if (session.value?.must_change_password) session.value = null; // nothing is open yet
    ended.value = session.value !== null;
  }

  function renew(): void {
    if (!ended.value) return;
    ended.value = false;
    renewed.value += 1;
  }

  async function logout(): Promise<void> {
    await ok(api.DELETE('/api/v1/session'));
    drop();
  }

  function drop(): void {
    session.value = null;
    ended.value = false;
  }

  async function changePassword(old: string, next: string): Promise<void> {
    await ok(api.POST('/api/v1/session/password', { body: { old, new: next } }));
    if (session.value) session.value = { ...session.value, must_change_password: false };
    renew();
  }

  // That a session has ended shows at the next request: the frame then asks to log in again.
  api.use({
    onResponse({ request, response }) {
      const own = new URL(request.url).pathname === '/api/v1/session';
      if (response.status === 401 && !own) end();
      // At a paired counter the terminal goes on without the person: then it lacks a right.
      if (response.status === 403 && !own && session.value && !ended.value) load().catch(() => undefined);
      return undefined;
    },
  });

  const has = (right: string): boolean => rights.value.has(right);
  const hasAny = (list: readonly string[] | undefined): boolean =>
    !list || list.some((r) => rights.value.has(r));

  return { session, known, ended, rights, load, login, logout, changePassword, drop, has, hasAny };
});
