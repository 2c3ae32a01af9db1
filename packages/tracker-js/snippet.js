// For the head of a page, before the script: keeps the calls until it is there, and sends them when the page is left
// before. The last line names the write key and the address for batches. Without the address nothing is sent: leave it
// out where consent is asked for.
((writeKey, url, q, id) => {
  // The address of a blob ends in a UUID, in every browser and on every page.
  id = () => URL.createObjectURL(new Blob()).slice(-36);
  // Whatever the tracker can be asked, the list can be asked; the answer comes when the tracker is there.
  q = [];
  self.tributary ??= new Proxy(q, {
    get: (_, type) =>
      q[type] ??
      ((...args) => new Promise((done) => q.push({ type, args, done, messageId: id(), timestamp: new Date() }))),
  });
  addEventListener('pagehide', () => {
    if (!url || !q[0] || navigator.globalPrivacyControl) return;
    navigator.sendBeacon(
      url,
      JSON.stringify({
        writeKey,
        sentAt: new Date(),
        batch: q.flatMap(({ args: [a, b], ...call }) => {
          if (!a?.at) [b, a] = [a];
          // track, page, screen, identify
          return /ck|ag|cr|if/.test(call.type)
            ? {
                ...call,
                anonymousId:
                  // biome-ignore lint/suspicious/noAssignInExpressions: it has to fit into half a kilobyte
                  document.cookie.match(/tributary_aid=(.{36})|$/)[1] || (localStorage.tributary_aid ??= id()),
                // Of these, identify has the longest name.
                [call.type[6] ? 'userId' : 'name']: a,
                event: a,
                properties: b,
                traits: b,
              }
            : [];
        }),
        context: { page: { url: document.URL, referrer: document.referrer } },
      }),
    );
  });
})('demo', 'https://events.example.com/v1/batch');
