// Opens widgets: brings in their WebAssembly, styles and words, and is what they reach the page by. It comes
// with the first sign of somebody needing it; see entry.js.
// Only whole-line comments and indentation are stripped from it for shipping.

// What is brought in, each a name and what its bytes come to. The widget comes in two builds; either's glue
// has its own wasm. The full one is for every flow but a reset, and for going on where the lean one does not
// know a step. The stylesheet comes in two as well: for a shadow tree, and for the page's own.
const LEAN = __REGAIN_LEAN__, LEAN_WASM = __REGAIN_LEAN_WASM__;
const FULL = __REGAIN_FULL__, FULL_WASM = __REGAIN_FULL_WASM__;
const CSS = __REGAIN_CSS__, LIGHT_CSS = __REGAIN_LIGHT_CSS__;
const WORK = __REGAIN_WORK__, LANGUAGES = __REGAIN_LANGUAGES__;

// The languages besides English.
const TAGS = "__REGAIN_TAGS__".split(" ").filter(tag => tag);

const BROKEN = Error("regain: broken");

// A language and how it is written, of what may be no tag of one.
const known = tag => { try { return new Intl.Locale(tag.replace(/^(no|nn)\b/, "nb")).maximize(); } catch {} };

// The first of the wanted languages that there is; undefined for English. What matters is the language and
// how it is written, not where.
const negotiated = wanted => {
  for (let tag of wanted) {
    // As other software writes it: `de_DE`, `de_DE.UTF-8`.
    tag = tag?.split(/[.@]/)[0].replaceAll("_", "-");
    const {language, script} = tag && known(tag) || {};
    if (language == "en" && !/-X[AB]$/i.test(tag)) return;
    const found = TAGS.find(one => one.toLowerCase() == tag?.toLowerCase()) || TAGS.find(one => {
      const other = known(one);
      return other.language == language && other.script == script && !/-X[AB]$/.test(one);
    });
    if (found) return found;
  }
};

// Whether a computed colour is a light one, by its green or its lightness: enough for words.
const isLight = color => {
  const [first, second] = color.match(/[\d.]+/g);
  return (/^rgb/.test(color) ? second / 255 : /^co/.test(color) ? second : first / (/^ok/.test(color) ? 1 : 100)) > .6;
};

export default ({base, nonce, named, find, make, page, stored, bring, focused}) => {
  const checked = ([name, integrity]) => fetch(base + name, {integrity});
  const sheet = (rel, [name, integrity]) =>
    make("link", {rel, as: "style", href: base + name, integrity, crossOrigin: "", nonce});
  const isFull = flow => flow != "reset";

  let preloaded;
  const loading = {};
  let load = flow => {
    const [glue, wasm] = isFull(flow) ? [FULL, FULL_WASM] : [LEAN, LEAN_WASM];
    return loading[glue] ||= Promise.all([bring(glue), checked(wasm)])
      .then(([glue, wasm]) => glue.default(wasm).then(() => glue))
      .catch(error => { loading[glue] = 0; throw error; });
  };

  // What it says in a language: for the full widget twice as many files. Without them it is in English.
  let index;
  const words = async (tag, flow) => {
    if (!tag) return;
    index ||= checked(LANGUAGES).then(answer => answer.json());
    const files = (await index)[tag].slice(0, isFull(flow) ? 2 : 1);
    return (await Promise.all(files.map(file => checked(file).then(answer => answer.text())))).join("");
  };

  // The widgets that are open or about to be.
  const widgets = new Set();

  // They are light or dark as the page is where they are, by its own words; whatever may have changed that.
  const look = () => widgets.forEach(widget => widget.look?.());
  for (const at of [document.documentElement, document.body]) at && new MutationObserver(look).observe(at, {attributes: true});
  matchMedia("(prefers-color-scheme:dark)").onchange = look;
  addEventListener("transitionend", look);

  // One and the same opening is not begun twice.
  const open = options => {
    const {link} = options;
    const {api, flow, key} = named(options);
    let widget = [...widgets].find(widget => link ? widget.link == link : widget.key == key);
    if (widget) widget.show?.();
    else {
      widget = {link, key, place: options.place};
      widgets.add(widget);
      widget.ended = begin(widget, options, api, flow).finally(() => widgets.delete(widget));
    }
    return widget.ended;
  };

  const begin = async (widget, options, api, flow) => {
    const {link, key} = widget;
    const begun = performance.now();
    const href = page(options.href) || page(link?.href) || `${api}/${flow}`;
    // A form's own properties may be its fields, so it is not the form that is asked.
    const first = (selector, form) =>
      [...(link || document).getRootNode().querySelectorAll(selector)].find(field => !form || field.form == form);
    const own = selector => first(selector, link?.closest("form"));
    const userField = () => find(options.userField) || own("input[autocomplete~=username]") || own("input[type=email]");
    const wanted = [...navigator.languages];
    if (options.locale != "auto") wanted.unshift(options.locale, (link || document.documentElement).closest("[lang]")?.lang);
    const locale = negotiated(wanted);
    const said = flow => words(locale, flow).catch(() => {});
    const [glue, texts] = await Promise.all([load(flow), said(flow)]);

    // Where it is: in a shadow tree, or in the page's own, which knows each name once.
    const host = make("div", {className: "regain-widget"});
    const light = widget.light = options.render == "light" && ![...widgets].some(widget => widget.light);
    const dialog = options.mode == "dialog" ? make("dialog", {className: "dialog"}) : null;
    const target = find(options.target);
    if (target) target.append(host);
    else if (link) link.after(host);
    else if (options.place?.localName == "regain-access") options.place.append(host);
    else if (options.place?.closest("body")) options.place.after(host);
    else document.body.append(host);
    const {theme} = options;
    widget.look = () => host.dataset.theme = theme && theme != "auto" ? theme : isLight(getComputedStyle(host).color) ? "dark" : "light";
    widget.look();
    const tree = light ? host : host.attachShadow({mode: "open"});
    let root = make("div");
    const style = sheet("stylesheet", light ? LIGHT_CSS : CSS);
    const styled = new Promise((done, failed) => { style.onload = done; style.onerror = failed; });
    tree.append(style, dialog || root);
    if (dialog) {
      dialog.part = "dialog";
      dialog.setAttribute("aria-labelledby", "regain-heading");
      dialog.append(root);
      host.dataset.mode = "dialog";
    }
    // The focus is taken only from where the opening left it: not from somebody who went on to type elsewhere. A field
    // that the page focused by itself is nobody's yet where a reload resumes.
    const mayFocus = () => {
      const at = focused();
      return !at || at == document.body || at == options.opener || at.contains(host) || tree.contains(at)
        || options.resume && at.autofocus && !at.value;
    };
    // Keys for a field in here are no shortcuts of the page's, and what is sent is no form of the page's. Whoever
    // keeps the focus in a dialog of the page, or closes it, hears of that.
    const ours = event => event.ctrlKey || event.metaKey || /^(Tab|Escape)$/.test(event.key) || event.stopPropagation();
    for (const type of ["keydown", "keypress", "keyup", "submit"]) host.addEventListener(type, ours);
    await styled.catch(error => { host.remove(); throw error; });

    return new Promise((resolve, reject) => {
      let outcome = "closed", step = null, from = null, since = begun, stop;
      const send = (type, more) => {
        const now = performance.now();
        const detail = {flow, step, from, outcome: null, error: null, ...more};
        detail.stepMs = Math.round(now - since);
        detail.totalMs = Math.round(now - begun);
        const event = new CustomEvent("regain:" + type, {detail, bubbles: true, composed: true});
        [host, link, document].find(one => one?.isConnected).dispatchEvent(event);
      };
      const expanded = is => link?.setAttribute("aria-expanded", is);
      // Empties fields that are not shown any more.
      const empty = () => {
        const fields = root.querySelectorAll("input");
        setTimeout(() => fields.forEach(field => field.isConnected || (field.value = "")));
      };
      // Not from within the handler of a button that goes away with the rest. What is stopped is freed.
      const end = () => {
        if (!widgets.delete(widget)) return;
        setTimeout(stop);
        empty();
        dialog?.close?.();
        send("close", {outcome});
        host.remove();
        expanded(false);
        resolve({outcome});
      };
      Object.assign(widget, {
        show: () => {
          host.hidden = false;
          expanded(true);
          if (dialog && !dialog.open) {
            dialog.showModal();
            root.querySelector("h2")?.focus();
          }
        },
        // It stays as it is, where there is a way back to it.
        hide: () => {
          if (!link) return widget.leave();
          dialog?.close?.();
          host.hidden = true;
          expanded(false);
          link.focus();
        },
        toggle: () => host.hidden ? widget.show() : widget.hide(),
        // It goes; its flow can be resumed.
        leave: end,
        // Says so in words that need nothing of what broke.
        break: () => {
          const [sorry, on] = texts?.split("\n") || ["Sorry, something went wrong.", "Continue on the full page"];
          const way = make("a", {href, textContent: on});
          const note = make("p", {textContent: sorry + " "});
          const card = make("section", {className: "card"});
          empty();
          root.className = "root";
          note.setAttribute("role", "alert");
          note.append(way);
          card.append(note);
          root.replaceChildren(card);
          widgets.delete(widget);
          send("error", {error: "broken"});
          reject(BROKEN);
        },
      });
      dialog?.addEventListener("cancel", event => {
        event.preventDefault();
        widget.hide();
      });
      widget.show();
      send("open");
      const mount = (glue, texts, resume, reopened) => stop = glue.mount(root, {
        api, flow, key, href, resume, reopened, texts, mayFocus,
        language: locale,
        assertion: options.assertion,
        work: (...job) => bring(WORK).then(work => work.default(...job, bring, WORK)),
        userId: options.userId || userField()?.value,
        // For what is sent: the page's language, also where the widget does not speak it.
        locale: locale || wanted.find(known),
        tell: (what, detail, more) => {
          empty();
          if (what == "return") {
            const field = userField();
            if (!field) return more && location.assign(more);
            field.value = detail;
            field.dispatchEvent(new Event("input", {bubbles: true}));
            field.dispatchEvent(new Event("change", {bubbles: true}));
            (first("input[type=password]", field.form) || field).focus();
          } else if (what == "close") {
            end();
            link?.focus();
          } else if (what == "gone") {
            // The page took it away.
            end();
          } else if (what == "more") {
            // A step that only the full one knows.
            Promise.all([load("change"), said("change")]).then(([glue, texts]) => {
              if (!widgets.has(widget)) return;
              stop();
              root.replaceWith(root = make("div"));
              mount(glue, texts, detail, 1);
            }).catch(widget.break);
          } else if (what == "flow") {
            end();
            const href = `${api}/${detail}`;
            start({...options, flow: detail, userId: more, href, resume: 0, reopened: 0}).catch(() => location.assign(href));
          } else if (what == "step") {
            from = step;
            step = detail;
            send(what);
            since = performance.now();
          } else if (what == "done") {
            send(what, {outcome: outcome = detail});
          } else {
            send(what, {error: detail});
          }
        },
      });
      mount(glue, texts, options.resume || stored(key), options.reopened);
    });
  };

  // In release a panic is a RuntimeError from our module: better plain words than a frozen form.
  const broke = event => {
    const {stack} = event.error || event.reason || {};
    if (widgets.size && `${stack}`.includes("regain-ui-")) {
      load = () => Promise.reject(stack);
      for (const widget of widgets) widget.break?.();
    }
  };
  addEventListener("error", broke);
  addEventListener("unhandledrejection", broke);

  // For a link: once more closes it. What breaks after it was open says so in place.
  const start = async options => {
    const mine = options.link && [...widgets].find(widget => widget.link == options.link);
    if (mine) return options.reopened || mine.toggle?.();
    return open(options).catch(error => {
      if (error != BROKEN) throw error;
    });
  };

  return {
    open, start,
    load: options => {
      preloaded ||= document.head.append(sheet("preload", options.render == "light" ? LIGHT_CSS : CSS)) || 1;
      return load(named(options).flow);
    },
    // What was in an element that the page took away.
    leave: place => [...widgets].filter(widget => widget.place == place).forEach(widget => widget.leave?.()),
  };
};
