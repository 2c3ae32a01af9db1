!((w, q) => {
  if (w.tributary) return;
  w.tributary = q = [];
  q.profile = () => new Promise((done) => q.ready((t) => done(t.profile())));
  'load track page screen identify group alias reset ready'.split(' ').forEach((name) => {
    q[name] = (...args) => {
      const call = [name, ...args];
      call.t = Date.now();
      q.push(call);
    };
  });
})(window);
