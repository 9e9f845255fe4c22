/** Mismatches that somebody has seen and does not want to see again: kept in this browser, since nothing is decided by it. */
import { ref } from 'vue';

const NAME = 'jetlock-hidden';
/** The ones hidden first are shown again. */
const KEPT_MAX = 200;

const stored = (): ReadonlyArray<string> => {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(NAME) ?? '[]');
    return Array.isArray(kept) ? kept.map(String) : [];
  } catch {
    return [];
  }
};

export const hidden = ref<ReadonlyArray<string>>(stored());

const keep = (keys: ReadonlyArray<string>): void => {
  hidden.value = keys;
  localStorage.setItem(NAME, JSON.stringify(keys));
};

export const hide = (key: string): void => keep([...hidden.value.filter((one) => one !== key), key].slice(-KEPT_MAX));
export const showAgain = (keys: ReadonlyArray<string>): void => keep(hidden.value.filter((one) => !keys.includes(one)));
