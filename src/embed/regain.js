// Regain's loader: the one script that a page includes. It enhances the link to the reset page and
// brings the widget in when the person is about to need it. Whatever fails, the link is a link.
// Only whole-line comments and indentation are stripped from it for shipping.
(() => {
  // The widget comes in two builds; either's glue brings in its own wasm. The full one is for changing a
  // password and for registering, and for going on where the lean one does not know a step.
  const LEAN = "__REGAIN_LEAN__", FULL = "__REGAIN_FULL__";
  const CSS = "__REGAIN_CSS__", WORK = "__REGAIN_WORK__";
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

  const BROKEN = Error("regain: broken");

  const loading = {};
  let load = flow => {
    const name = flow == "change" || flow == "register" ? FULL : LEAN;
    return loading[name] ||= (
      document.head.append(make("link", {rel: "preload", as: "style", href: base + CSS})),
      import(base + name)
        .then(glue => glue.default().then(() => glue))
        .catch(error => { loading[name] = 0; throw error; })
    );
  };

  // The widgets that are open, for when one breaks.
  const widgets = new Set();

  // Opens a widget and promises how it ended: {outcome: "reset" | … | "closed"}.
  const open = async given => {
    // What the tag says, unless this one says otherwise; its link is not for all of them.
    const options = {...data, link: null, ...given};
    const {link} = options;
    const api = options.api?.replace(/\/+$/, "") || home;
    const flow = options.flow || "reset";
    const href = options.href || link?.href || base + flow;
    const key = `regain:${api}:${flow}`;
    const theme = options.theme;
    const scope = link?.closest("form") || document;
    const userField = () => find(options.userField) ||
      scope.querySelector("input[autocomplete~=username]") || scope.querySelector("input[type=email]");
    const glue = await load(flow);
    const host = make("div", {className: "regain-widget"});
    const place = find(options.target);
    place ? place.append(host) : link ? link.after(host) : script.after(host);
    const shadow = host.attachShadow({mode: "open"});
    let root = make("div");
    if (theme) host.dataset.theme = theme;
    const style = make("link", {rel: "stylesheet", href: base + CSS});
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
          reject(BROKEN);
        },
      };
      widgets.add(widget);
      link?.setAttribute("aria-expanded", "true");
      send("open", "");
      const mount = (glue, resume, reopened) => glue.mount(root, {
        api, flow, key, href, resume, reopened,
        assertion: options.assertion,
        work: (...job) => import(base + WORK).then(work => work.default(...job)),
        userId: options.userId || userField()?.value,
        locale: options.locale || document.documentElement.lang,
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
          } else if (what == "more") {
            // A step that only the full one knows. The lean one stops when its element is gone.
            load("change").then(glue => {
              root.replaceWith(root = make("div"));
              mount(glue, detail, 1);
            }).catch(widget.break);
          } else if (what == "flow") {
            close();
            start({...options, flow: detail, userId: more, href: base + detail, resume: 0, reopened: 0});
          } else {
            if (what == "done") outcome = detail;
            send(what, detail);
          }
        },
      });
      mount(glue, options.resume || stored(key), options.reopened);
    });
  };
  const stored = key => { try { return sessionStorage.getItem(key); } catch { return null; } };

  // In release a panic is a RuntimeError from our module: better plain words than a frozen form.
  const broke = event => {
    const {stack} = event.error || event.reason || {};
    if (widgets.size && `${stack}`.includes("regain-ui-")) {
      load = () => Promise.reject(stack);
      for (const widget of widgets) widget.break();
    }
  };
  addEventListener("error", broke);
  addEventListener("unhandledrejection", broke);

  // What breaks on the way in leaves the link's own way; what breaks later says so in place.
  const start = options => open(options).catch(error => {
    const way = options.href || options.link?.href || data.fallback;
    if (way && error != BROKEN) location.assign(way);
  });

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
        link.addEventListener(near, () => load(kind).catch(() => {}), {once: true});
      link.addEventListener("click", event => {
        if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        if (!window.WebAssembly) return;
        event.preventDefault();
        const mine = [...widgets].find(widget => widget.link == link);
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
