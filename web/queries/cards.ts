/** The inbox as cards, but for mismatches that were hidden in this browser. */
import { computed } from 'vue';
import { cardsOf, mismatchKey } from '../format/cards.ts';
import { hidden } from '../hidden.ts';
import { useInbox } from './lists.ts';

/** `away`: the keys of those that are there and hidden. */
export const useCards = () => {
  const inbox = useInbox();
  const all = computed(() => cardsOf(inbox.data.value?.items ?? []));
  const away = computed(() => all.value.flatMap((card) => (card.kind === 'mismatch' && hidden.value.includes(mismatchKey(card)) ? [mismatchKey(card)] : [])));
  const cards = computed(() => all.value.filter((card) => card.kind !== 'mismatch' || !away.value.includes(mismatchKey(card))));
  return { inbox, cards, away };
};
