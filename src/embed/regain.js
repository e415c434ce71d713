// Regain's loader: the one script that a page includes. It enhances the link to the reset page and brings in
// the rest (open.js) when the person is about to need it. Whatever fails, the link is a link.
// Only whole-line comments and indentation are stripped from it for shipping.
(() => {
  const script = document.currentScript;
  // Included twice: the first one has done it all. A global of somebody else's stays theirs.
  if (!script || window.Regain?.version) return;
  const base = new URL(".", script.src).href;
  const data = script.dataset;
  const kind = data.flow || "reset";
  const home = (data.api || new URL(base).origin).replace(/\/+$/, "");
  const find = selector => {
    try { return selector?.append ? selector : document.querySelector(selector); } catch {}
  };
  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
  const stored = key => { try { return sessionStorage.getItem(key); } catch { return null; } };

  // Brings in a module of ours, if it still is what it was: one changed byte, and nothing of it runs. What
  // was preloaded is what is imported; where a browser doesn't preload modules, what was fetched is.
  const bring = ([name, integrity]) => new Promise((done, failed) => {
    const href = base + name;
    const link = make("link", {rel: "modulepreload", href, integrity, crossOrigin: "", nonce: script.nonce});
    link.onload = done;
    link.onerror = failed;
    link.relList.supports("modulepreload") ? document.head.append(link) : fetch(href, {integrity}).then(done, failed);
  }).then(() => import(base + name));

  let rest;
  const load = () => rest ||= bring(["__REGAIN_OPEN__", "__REGAIN_OPEN_INTEGRITY__"])
    .then(module => module.default({script, base, data, home, find, make, stored, bring}))
    .catch(error => { rest = 0; throw error; });
  // Opens a widget and promises how it ended: {outcome: "reset" | … | "closed"}.
  const open = async options => (await load()).open(options);

  // What breaks on the way in leaves the link's own way.
  const start = async options => {
    try {
      return await (await load()).start(options);
    } catch {
      (options.link || script).dispatchEvent(new CustomEvent("regain:error", {detail: "load", bubbles: true}));
      const way = options.link?.href || data.fallback;
      if (way) location.assign(way);
    }
  };

  const begin = () => {
    let link = find(data.link);
    if (!link && !("open" in data)) {
      link = make("a", {href: base + kind, textContent: "Can’t access your account?"});
      script.after(link);
    }
    let opening;
    const show = options => opening ||= start({link, ...options}).finally(() => { opening = 0; });
    const resume = stored(`regain:${home}:${kind}`);
    if (link) {
      link.setAttribute("aria-expanded", "false");
      // A finger enters too.
      for (const near of ["pointerenter", "focus"])
        link.addEventListener(near, () => load().then(rest => rest.load(kind)).catch(() => {}), {once: true});
      link.addEventListener("click", async event => {
        if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        if (!window.WebAssembly) return;
        event.preventDefault();
        const mine = (await rest?.catch(() => {}))?.of(link);
        if (mine) {
          mine.host.hidden = !mine.host.hidden;
          link.setAttribute("aria-expanded", !mine.host.hidden);
        } else show();
      });
    }
    if (resume || "open" in data) show({resume, reopened: resume});
  };
  window.Regain ||= {open, version: "__REGAIN_VERSION__"};
  document.readyState == "loading" ? addEventListener("DOMContentLoaded", begin) : begin();
})();
