/** Light, dark, or as the system has it: kept in this browser. */
import { ref } from 'vue';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const NAME = 'jetlock-theme';

const isTheme = (text: string | null): text is Theme => THEMES.some((theme) => theme === text);

const stored = (): Theme => {
  const text = localStorage.getItem(NAME);
  return isTheme(text) ? text : 'system';
};

export const theme = ref<Theme>(stored());

/** Puts what is chosen on the page. */
export const applyTheme = (): void => {
  const { dataset } = document.documentElement;
  if (theme.value === 'system') delete dataset['theme'];
  else dataset['theme'] = theme.value;
};

export const chooseTheme = (chosen: Theme): void => {
  theme.value = chosen;
  localStorage.setItem(NAME, chosen);
  applyTheme();
};
