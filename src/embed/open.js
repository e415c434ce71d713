// Opens widgets: brings in their WebAssembly, styles and words, and is what they reach the page by. It comes
// with the first sign of somebody needing it; see regain.js.
// Only whole-line comments and indentation are stripped from it for shipping.

// What is brought in, each a name and what its bytes come to. The widget comes in two builds; either's glue
// has its own wasm. The full one is for every flow but a reset, and for going on where the lean one does not
// know a step.
const LEAN = __REGAIN_LEAN__, LEAN_WASM = __REGAIN_LEAN_WASM__;
const FULL = __REGAIN_FULL__, FULL_WASM = __REGAIN_FULL_WASM__;
const CSS = __REGAIN_CSS__, WORK = __REGAIN_WORK__, LANGUAGES = __REGAIN_LANGUAGES__;

// The languages besides English.
const TAGS = "__REGAIN_TAGS__".split(" ").filter(tag => tag);

const BROKEN = Error("regain: broken");

// A language and how it is written, of what may be no tag of one.
const known = tag => { try { return new Intl.Locale(tag.replace(/^(no|nn)\b/, "nb")).maximize(); } catch {} };

// The first of the wanted languages that there is; undefined for English. What matters is the language and
// how it is written, not where.
const negotiated = wanted => {
  for (const tag of wanted) {
    const {language, script} = tag && known(tag) || {};
    if (language == "en" && !/-X[AB]$/i.test(tag)) return;
    const found = TAGS.find(one => one.toLowerCase() == tag?.toLowerCase()) || TAGS.find(one => {
      const other = known(one);
      return other.language == language && other.script == script && !/-X[AB]$/.test(one);
    });
    if (found) return found;
  }
};

export default ({script, base, data, home, find, make, stored, bring}) => {
  const checked = ([name, integrity]) => fetch(base + name, {integrity});
  const isFull = flow => flow != "reset";

  const loading = {};
  let load = flow => {
    const [glue, wasm] = isFull(flow) ? [FULL, FULL_WASM] : [LEAN, LEAN_WASM];
    return loading[glue] ||= (
      document.head.append(make("link", {rel: "preload", as: "style", href: base + CSS[0], integrity: CSS[1], crossOrigin: ""})),
      Promise.all([bring(glue), checked(wasm)])
        .then(([glue, wasm]) => glue.default({module_or_path: wasm}).then(() => glue))
        .catch(error => { loading[glue] = 0; throw error; })
    );
  };

  // What it says in a language: for the full widget twice as many files. Without them it is in English.
  let index;
  const words = async (tag, flow) => {
    if (!tag) return;
    index ||= checked(LANGUAGES).then(answer => answer.json());
    const files = (await index)[tag].slice(0, isFull(flow) ? 2 : 1);
    return (await Promise.all(files.map(file => checked(file).then(answer => answer.text())))).join("");
  };

  // The widgets that are open, for when one breaks.
  const widgets = new Set();

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
    const wanted = [options.locale, document.documentElement.lang, ...navigator.languages];
    const locale = negotiated(wanted);
    const said = flow => words(locale, flow).catch(() => {});
    const [glue, texts] = await Promise.all([load(flow), said(flow)]);
    const host = make("div", {className: "regain-widget"});
    const place = find(options.target);
    place ? place.append(host) : link ? link.after(host) : script.after(host);
    const shadow = host.attachShadow({mode: "open"});
    let root = make("div");
    if (theme) host.dataset.theme = theme;
    const style = make("link", {rel: "stylesheet", href: base + CSS[0], integrity: CSS[1], crossOrigin: ""});
    const styled = new Promise((done, failed) => { style.onload = done; style.onerror = failed; });
    shadow.append(style, root);
    await styled.catch(error => { host.remove(); throw error; });
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
      const mount = (glue, texts, resume, reopened) => glue.mount(root, {
        api, flow, key, href, resume, reopened, texts,
        language: locale,
        assertion: options.assertion,
        work: (...job) => bring(WORK).then(work => work.default(...job, bring)),
        userId: options.userId || userField()?.value,
        // For what is sent: the page's language, also where the widget does not speak it.
        locale: locale || wanted.find(known),
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
            Promise.all([load("change"), said("change")]).then(([glue, texts]) => {
              root.replaceWith(root = make("div"));
              mount(glue, texts, detail, 1);
            }).catch(widget.break);
          } else if (what == "flow") {
            close();
            start({...options, flow: detail, userId: more, href: base + detail, resume: 0, reopened: 0})
              .catch(() => location.assign(base + detail));
          } else {
            if (what == "done") outcome = detail;
            send(what, detail);
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
      for (const widget of widgets) widget.break();
    }
  };
  addEventListener("error", broke);
  addEventListener("unhandledrejection", broke);

  // What breaks after it was open says so in place.
  const start = options => open(options).catch(error => {
    if (error != BROKEN) throw error;
  });

  return {open, start, load: flow => load(flow), of: link => [...widgets].find(widget => widget.link == link)};
};
