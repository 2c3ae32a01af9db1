// For the head of a page, before the script: keeps the calls until it is there, and sends them when the page is left
// before. The last line names the write key and the address for batches. Without the address nothing is sent: leave it
// out where consent is asked for.
((writeKey, url, q, id) => {
  if (window.tributary) return;
  // The address of a blob ends in a UUID, in every browser and on every page.
  id = () => URL.createObjectURL(new Blob()).slice(-36);
  // Whatever the tracker can be asked, the list can be asked; the answer comes when the tracker is there.
  q = [];
  window.tributary = new Proxy(q, {
    get: (_, type) =>
      q[type] ?? ((...args) => new Promise((done) => q.push({ type, args, done, messageId: id(), t: Date.now() }))),
  });
  addEventListener('pagehide', () => {
    if (!url || !q[0] || navigator.globalPrivacyControl) return;
    navigator.sendBeacon(
      url,
      JSON.stringify({
        writeKey,
        batch: q
          // track, page, screen, identify
          .filter(({ type }) => /ck|ag|cr|if/.test(type))
          .map(({ type, messageId, args: [a, b] }) => {
            if (!a?.at) [b, a] = [a];
            return {
              type,
              messageId,
              // biome-ignore lint/suspicious/noAssignInExpressions: it has to fit into half a kilobyte
              anonymousId: /tributary_aid=([^;]+)|$/.exec(document.cookie)[1] || (localStorage.tributary_aid ??= id()),
              [/if/.test(type) ? 'userId' : 'name']: a,
              event: a,
              properties: b,
              traits: b,
              context: { page: { url: location.href, referrer: document.referrer } },
            };
          }),
      }),
    );
  });
})('demo', 'https://events.example.com/v1/batch');
