// Where somebody was when the session ended, to go back there after the log-in. The button that found out is disabled
// while it waits and has lost the focus by then.
import { onBeforeUnmount, onMounted } from 'vue';

/** @ended: whether the log-in stands in place of the page. What is given back focuses what was touched last before. */
export function useTouched(ended: () => boolean): () => void {
  let touched: EventTarget | null = null;
  const touch = (event: FocusEvent): void => {
    if (!ended()) touched = event.target;
  };
  onMounted(() => addEventListener('focusin', touch));
  onBeforeUnmount(() => removeEventListener('focusin', touch));
  return () => {
    if (touched instanceof HTMLElement) touched.focus();
  };
}
