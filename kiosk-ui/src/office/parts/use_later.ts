// Something done a moment after the last thing that calls for it; leaving the screen calls it off.
import { onScopeDispose } from 'vue';

export interface Later {
  /** Does it after the pause; asked again meanwhile, the pause begins anew. */
  soon: () => void;
  stop: () => void;
}

export function useLater(act: () => unknown, ms: number): Later {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => clearTimeout(timer);
  const soon = (): void => {
    stop();
    timer = setTimeout(act, ms);
  };
  onScopeDispose(stop);
  return { soon, stop };
}
