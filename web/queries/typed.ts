/** What is typed to search by: asked for once the typing pauses. */
import { onScopeDispose, ref, watch } from 'vue';

const PAUSE_MS = 200;

/** `typed` is for the field, `search` for the query. */
export const useTyped = () => {
  const [typed, search] = [ref(''), ref('')];
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(typed, (now) => {
    clearTimeout(timer);
    timer = setTimeout(() => (search.value = now.trim()), PAUSE_MS);
  });
  onScopeDispose(() => clearTimeout(timer));
  return { typed, search };
};
