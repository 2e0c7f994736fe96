// What is on the page of a deal is read again when the deal is other than before: somebody ended a step of it, money came
// in, its contract went on. The event names the deal and nothing more.
import { onScopeDispose } from 'vue';
import type { Schemas } from '@/api/types';
import { useLive } from '../live';

/** Runs @again on news of the deal, and when news may have been missed. */
export function useDealNews(deal: () => number, again: () => unknown): void {
  onScopeDispose(
    useLive().subscribe((name, data) => {
      if (name === 'reset' || (name === 'deal' && (data as Schemas['FeedDeal']).deal_id === deal())) again();
    }),
  );
}
