// A part of the office's pages as it stands on a screen, with a daemon that answers what a test says: what is
// typed, what is asked, what is sent. Answers wait where a test gives a promise.
import { createPinia, setActivePinia } from 'pinia';
import { flushPromises, mount } from '@vue/test-utils';
import { vi } from 'vitest';
import { h, shallowRef, type Component } from 'vue';
import { createMemoryHistory, createRouter, RouterView } from 'vue-router';
import { api } from '@/api/client';
import { i18n } from '@/office/lang';
import { useProject } from '@/office/project';
import { useSession } from '@/office/session';
import { routes } from '@/office/routes';

export interface Asked {
  method: string;
  path: string;
  /** the address with its numbers, and the query */
  params: { path?: Record<string, unknown>; query?: Record<string, unknown> };
  body: unknown;
}
/** By method and path as the contract writes it; a Response is a refusal. */
export type Answers = Record<string, (asked: Asked) => unknown>;

export const refusal = (status: number, code: string): Response =>
  new Response(JSON.stringify({ code, detail: code, title: code }), { status });

/** Everything that was asked, oldest first. */
export function daemon(answers: Answers): Asked[] {
  const log: Asked[] = [];
  for (const method of ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'] as const)
    vi.spyOn(api, method).mockImplementation((async (path: string, init: Partial<Asked> = {}) => {
      const asked = { method, path, params: init.params ?? {}, body: init.body };
      log.push(asked);
      const act = answers[`${method} ${path.replace('/api/v1', '')}`];
      if (!act)
        return { error: { code: 'none', detail: path }, response: new Response(null, { status: 404 }) };
      const got = await act(asked);
      return got instanceof Response
        ? { error: await got.json(), response: got }
        : { data: structuredClone(got), response: new Response(null, { status: 200 }) };
    }) as never);
  return log;
}

/** An answer that comes when it is given. */
export function later<T>(): { answer: Promise<T>; give: (value: T) => void } {
  let give: (value: T) => void = () => undefined;
  const answer = new Promise<T>((done) => (give = done));
  return { answer, give };
}

export interface Page {
  set: (props: Record<string, unknown>) => Promise<void>;
  unmount: () => void;
}
/** The part alone on a screen of project 1, looked at by somebody with @rights. */
export async function shown(
  part: Component,
  props: Record<string, unknown> = {},
  rights: string[] = [],
  route: { path: string; at: string } = { path: '/', at: '/' },
): Promise<Page> {
  const pinia = createPinia();
  setActivePinia(pinia);
  useSession().session = { rights, user: { id: 1, name: '王' } } as never;
  useProject().id = 1;
  document.body.innerHTML = '<div id="here"></div>';
  const given = shallowRef(props);
  const screen = { render: () => h(part, given.value) };
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: route.path, component: screen }, ...routes.filter((r) => r.path !== route.path)],
  });
  await router.push(route.at);
  const page = mount(RouterView, { attachTo: '#here', global: { plugins: [pinia, i18n, router] } });
  await settled();
  return {
    set: (next) => {
      given.value = { ...given.value, ...next };
      return settled();
    },
    unmount: () => page.unmount(),
  };
}

/** Everything that was asked is answered, as far as it is. */
export const settled = async (): Promise<void> => {
  await flushPromises();
};

const field = (id: string): HTMLInputElement | HTMLTextAreaElement => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no field ${id}`);
  return found as HTMLInputElement;
};
export const typed = (id: string): string => field(id).value;
export async function type(id: string, text: string): Promise<void> {
  const into = field(id);
  into.value = text;
  into.dispatchEvent(new Event('input', { bubbles: true }));
  await settled();
}
const plain = (text: string | null): string => (text ?? '').replace(/\s/gu, '');
export async function press(words: string): Promise<void> {
  const found = [...document.querySelectorAll('button')].filter((b) => plain(b.textContent) === plain(words));
  const button = found[found.length - 1];
  if (!button) throw new Error(`no button ${words}`);
  button.click();
  await settled();
}
