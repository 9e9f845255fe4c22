/** What has the focus can be taken out of the page: by a decision, by others, by going to another page. */

/** Whoever types goes on in the content then, and not at the top of everything; until it is told not to any more. */
export const keepFocus = (content: HTMLElement): (() => void) => {
  let last: Element | null = null;
  const remember = ({ target }: FocusEvent): void => {
    last = target instanceof Element ? target : null;
  };
  const observer = new MutationObserver(() => {
    if (last === null || last.isConnected || document.activeElement !== document.body) return;
    last = null;
    content.focus({ preventScroll: true });
  });
  document.addEventListener('focusin', remember);
  observer.observe(document.body, { childList: true, subtree: true });
  return () => {
    document.removeEventListener('focusin', remember);
    observer.disconnect();
  };
};
