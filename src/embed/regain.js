// Regain's loader: the one script that a page includes. It enhances the link to the reset page and
// brings the widget in when the person is about to need it. Whatever fails, the link is a link.
// Only whole-line comments and indentation are stripped from it for shipping.
(() => {
  const FILES = {glue: "__REGAIN_GLUE__", wasm: "__REGAIN_WASM__", css: "__REGAIN_CSS__", work: "__REGAIN_WORK__"};
  const VERSION = "__REGAIN_VERSION__";
  const script = document.currentScript;
  // Included twice: the first one has done it all. A global of somebody else's stays theirs.
  if (!script || window.Regain?.version) return;
  const base = new URL(".", script.src).href;
  const data = script.dataset;
  const home = (data.api || new URL(base).origin).replace(/\/+$/, "");
  const find = selector => {
    try { return selector && document.querySelector(selector); } catch { return null; }
  };
  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);

  const BROKEN = "regain: broken";

  let loading;
  const load = () => loading ||= (
    document.head.append(make("link", {rel: "preload", as: "style", href: base + FILES.css})),
    import(base + FILES.glue)
      .then(glue => glue.default({module_or_path: base + FILES.wasm}).then(() => glue))
      .catch(error => { loading = 0; throw error; })
  );

  // The widgets that are open, for when one breaks.
  const widgets = new Set();

  // Opens a widget and promises how it ended: {outcome: "reset" | … | "closed"}.
  const open = async (options = {}) => {
    const {link} = options;
    const api = options.api?.replace(/\/+$/, "") || home;
    const flow = options.flow || data.flow || "reset";
    const href = options.href || link?.href || base + flow;
    const key = `regain:${api}:${flow}`;
    const theme = options.theme || data.theme;
    const scope = link?.closest("form") || document;
    const userField = () => find(options.userField || data.userField) ||
      scope.querySelector("input[autocomplete~=username]") || scope.querySelector("input[type=email]");
    const glue = await load();
    const host = make("div", {className: "regain-widget"});
    const place = options.target || find(data.target);
    place ? place.append(host) : link ? link.after(host) : script.after(host);
    const shadow = host.attachShadow({mode: "open"});
    const root = make("div");
    if (theme) host.dataset.theme = theme;
    const style = make("link", {rel: "stylesheet", href: base + FILES.css});
    const styled = new Promise(done => style.onload = style.onerror = done);
    shadow.append(style, root);
    await styled;
    return new Promise((resolve, reject) => {
      let outcome = "closed";
      const send = (type, detail) =>
        host.dispatchEvent(new CustomEvent("regain:" + type, {detail, bubbles: true, composed: true}));
      const close = () => {
        widgets.delete(widget);
        send("close", outcome);
        host.remove();
        link?.setAttribute("aria-expanded", "false");
        resolve({outcome});
      };
      const widget = {
        host, link,
        // Says so in words that need nothing of what broke.
        break: () => {
          const way = make("a", {href, textContent: "go on with the full page"});
          const words = make("p", {textContent: "Sorry, something broke here. Please "});
          const card = make("section", {className: "card"});
          root.className = "root";
          words.setAttribute("role", "alert");
          words.append(way, ".");
          card.append(words);
          root.replaceChildren(card);
          widgets.delete(widget);
          send("error", "broken");
          reject(new Error(BROKEN));
        },
      };
      widgets.add(widget);
      link?.setAttribute("aria-expanded", "true");
      glue.mount(root, {
        api, flow, key, href,
        resume: options.resume || stored(key),
        reopened: !!options.reopened,
        work: (...job) => import(base + FILES.work).then(work => work.default(...job)),
        userId: options.userId || data.userId || userField()?.value,
        locale: options.locale || data.locale || document.documentElement.lang,
        tell: (what, detail, more) => {
          if (what == "return") {
            const field = userField();
            if (!field) return more && location.assign(more);
            field.value = detail;
            field.dispatchEvent(new Event("input", {bubbles: true}));
            field.dispatchEvent(new Event("change", {bubbles: true}));
            ((field.form || document).querySelector("input[type=password]") || field).focus();
          } else if (what == "close") {
            close();
            link?.focus();
          } else {
            if (what == "done") outcome = detail;
            send(what, detail);
          }
        },
      });
    });
  };
  const stored = key => { try { return sessionStorage.getItem(key); } catch { return null; } };

  // In release a panic is a RuntimeError from our module: better plain words than a frozen form.
  const broke = event => {
    const {stack} = event.error || event.reason || {};
    if (widgets.size && stack && (stack.includes(FILES.glue) || stack.includes(FILES.wasm))) {
      loading = Promise.reject(stack);
      loading.catch(() => {});
      for (const widget of widgets) widget.break();
    }
  };
  addEventListener("error", broke);
  addEventListener("unhandledrejection", broke);

  const begin = () => {
    let link = find(data.link);
    if (!link && !("open" in data)) {
      link = make("a", {href: base + (data.flow || "reset"), textContent: "Can’t access your account?"});
      script.after(link);
    }
    // What breaks on the way in leaves the link's own way; what breaks later says so in place.
    let opening;
    const start = options => opening ||= open({link, ...options})
      .catch(error => {
        const way = link?.href || data.fallback;
        if (way && error?.message != BROKEN) location.assign(way);
      })
      .finally(() => { opening = 0; });
    const resume = stored(`regain:${home}:${data.flow || "reset"}`);
    if (link) {
      link.setAttribute("aria-expanded", "false");
      for (const near of ["pointerenter", "focus", "touchstart"])
        link.addEventListener(near, () => load().catch(() => {}), {once: true, passive: true});
      link.addEventListener("click", event => {
        if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        if (!window.WebAssembly) return;
        event.preventDefault();
        const mine = [...widgets].find(widget => widget.link == link);
        if (mine) {
          mine.host.hidden = !mine.host.hidden;
          link.setAttribute("aria-expanded", !mine.host.hidden);
        } else start();
      });
    }
    if (resume || "open" in data) start({resume, reopened: !!resume});
  };
  if (!window.Regain) window.Regain = {open, version: VERSION};
  document.readyState == "loading" ? addEventListener("DOMContentLoaded", begin) : begin();
})();
