// How much waits for whoever is logged in: the number in the menu, true within a moment of a change (WF-05).
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { api, ok } from '@/api/client';
import { useLive } from './live';

/** Several events of one change are one question. */
const SETTLE_MS = 300;

export const useMine = defineStore('mine', () => {
  const todos = ref(0);
  let following = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function load(): Promise<void> {
    timer = undefined;
    if (!following) return;
    try {
      todos.value = (await ok(api.GET('/api/v1/my/todos', { params: { query: { limit: 1 } } }))).total;
    } catch {
      // The state of the line says that the daemon is away; it is asked again on reset.
    }
  }
  function soon(): void {
    timer ??= setTimeout(() => void load(), SETTLE_MS);
  }
  function follow(on: boolean): void {
    following = on;
    todos.value = 0;
    if (on) void load();
  }
  useLive().subscribe((name) => {
    if (following && (name === 'todo' || name === 'reset')) soon();
  });
  return { todos, follow };
});
