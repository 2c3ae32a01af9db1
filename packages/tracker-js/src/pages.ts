/** A view now, and one for each change of path or query; a page that comes back from the back/forward cache is seen again. */
export function watchPages(view: () => void, isSeen: boolean): void {
  const address = () => location.pathname + location.search;
  let seen = isSeen && address();
  const look = () => {
    if (seen !== address()) {
      seen = address();
      view();
    }
  };
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name];
    history[name] = (...args) => {
      original.apply(history, args);
      look();
    };
  }
  // Gone is gone: when the page comes back from the back/forward cache, it is seen again.
  addEventListener('pagehide', () => {
    seen = '';
  });
  addEventListener('popstate', look);
  addEventListener('pageshow', look);
  look();
}
