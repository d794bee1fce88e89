// What the reader chose, kept in the browser where it lets us.
import { effect, signal, type Signal } from '@preact/signals';

export type Theme = 'auto' | 'light' | 'dark';
export type Lang = 'en' | 'pt';

function kept(key: string): string | null {
  try {
    return localStorage.getItem(`etl.${key}`);
  } catch {
    return null;
  }
}
function keep(key: string, value: string): void {
  try {
    localStorage.setItem(`etl.${key}`, value);
  } catch {
    // a browser that keeps nothing still shows the page
  }
}

const wanted = kept('theme');
export const theme: Signal<Theme> = signal(
  wanted === 'light' || wanted === 'dark' ? wanted : 'auto',
);
const spoken = kept('lang') ?? navigator.language.slice(0, 2);
export const lang: Signal<Lang> = signal(spoken === 'pt' ? 'pt' : 'en');

/** Lets the page follow what is chosen. */
export function applySettings(): void {
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value;
  });
  effect(() => {
    document.documentElement.lang = lang.value === 'pt' ? 'pt-BR' : 'en';
  });
}
export function chooseTheme(next: Theme): void {
  theme.value = next;
  keep('theme', next);
}
export function chooseLang(next: Lang): void {
  lang.value = next;
  keep('lang', next);
}
