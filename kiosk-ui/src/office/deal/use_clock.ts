// The time now, for countdowns: one tick a second while a screen shows one.
import { onScopeDispose, ref, type Ref } from 'vue';

export function useClock(every = 1000): Ref<number> {
  const now = ref(Date.now());
  const timer = setInterval(() => (now.value = Date.now()), every);
  onScopeDispose(() => clearInterval(timer));
  return now;
}
