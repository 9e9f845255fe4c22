/** The moment of now, for all that says how long ago something was; one clock for the whole page. */
import { onScopeDispose, ref, type Ref } from 'vue';

const TICK_MS = 20_000;
const now = ref(Date.now());
let users = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** Milliseconds since 1970 UTC, kept up while a component uses it. */
export const useNow = (): Readonly<Ref<number>> => {
  if (users === 0) {
    now.value = Date.now();
    timer = setInterval(() => (now.value = Date.now()), TICK_MS);
  }
  users += 1;
  onScopeDispose(() => {
    users -= 1;
    if (users === 0) clearInterval(timer);
  });
  return now;
};
