// @ts-check
// Opens widgets: brings in their WebAssembly, styles and words, and is what they reach the page by. It comes
// with the first sign of somebody needing it; see entry.js.
// Only whole-line comments and indentation are stripped from it for shipping.

// Further files to load, each a name and the hash of its bytes. The lean build and its stylesheet are named in
// entry.js, and what most people do without in more.js.
const MORE = __REGAIN_MORE__, WORK = __REGAIN_WORK__;

// A widget's element. A page cache keeps a copy of it, which nothing drives: such a copy goes, and its link is closed.
// A widget that the page removes has ended, unless it was only moved.
const HOST = "regain-widget";
if (!customElements.get(HOST)) customElements.define(HOST, class extends HTMLElement {
  /** @type {(() => void) | undefined} */
  end;
  connectedCallback() {
    if (this.end) return;
    const link = this.previousElementSibling;
    if (link?.ariaExpanded) link.ariaExpanded = "false";
    this.remove();
  }
  disconnectedCallback() {
    setTimeout(() => this.isConnected || this.end?.());
  }
});

const BROKEN = Error("regain: broken");

/**
 * Tells if a computed colour is a light one, by its green or its lightness: enough for words.
 * @param {string} color
 */
const isLight = color => {
  // None while the element is in no page.
  const [first, second] = (color.match(/[\d.]+/g) || []).map(Number);
  return (/^rgb/.test(color) ? second / 255 : /^co/.test(color) ? second : first / (/^ok/.test(color) ? 1 : 100)) > .6;
};

/**
 * Sends a request of the widget's, and tells with the response how far the server's clock is ahead. The `Date` header has
 * whole seconds and the reply took its time, so a small difference is none.
 * @type {(resource: RequestInfo, options?: RequestInit) => Promise<Response>}
 */
const ask = async (resource, options) => {
  const sent = Date.now();
  const answer = await fetch(resource, options);
  const offset = Date.parse(answer.headers.get("date") || "") + 500 - (sent + Date.now()) / 2;
  return Object.assign(answer, Math.abs(offset) < 2e3 ? {offset: 0} : offset && {offset});
};

/** @param {Tools} tools */
export default (...[lean, named, find, make, page, stored, checked, sheet, bring, build, focused, say]) => {
  /** @param {Flow} flow */
  const isFull = flow => flow != "reset";

  /** @type {(flow: Flow) => Promise<Glue>} */
  let load = flow => isFull(flow) ? bring(MORE).then(({full: [glue, wasm]}) => build([glue, wasm, lean[2]])) : build(lean);

  /**
   * The language to speak. English, where it is wanted in so many words, needs nothing brought in; nor is anybody kept
   * waiting who could get nothing else.
   * @type {(wanted: string[]) => Promise<Speech> | Speech}
   */
  const speech = wanted => {
    const english = {files: [], language: wanted[0]};
    return /^en(-(?!x)[a-z]{2})?$/i.test(wanted[0]) ? english
      : bring(MORE).then(more => more.speech(wanted)).catch(() => english);
  };

  /**
   * The widgets that are open or about to be.
   * @type {Set<Widget>}
   */
  const widgets = new Set();

  // They are light or dark as the page is where they are, by its own words; whatever may have changed that.
  const look = () => widgets.forEach(widget => widget.look?.());
  for (const at of [document.documentElement, document.body]) at && new MutationObserver(look).observe(at, {attributes: true});
  matchMedia("(prefers-color-scheme:dark)").onchange = look;
  addEventListener("transitionend", look);

  /**
   * One and the same opening is not begun twice.
   * @type {Rest["open"]}
   */
  const open = options => {
    const {link} = options;
    const {api, flow, key} = named(options);
    let widget = [...widgets].find(widget => link ? widget.link == link : widget.key == key);
    if (widget) widget.show?.();
    else {
      const one = widget = /** @type {Widget} */ ({link, key});
      widgets.add(one);
      one.ended = begin(one, options, api, flow).finally(() => widgets.delete(one));
    }
    return widget.ended;
  };

  /** @type {(widget: Widget, options: Opening, api: string, flow: Flow) => Promise<Ended>} */
  const begin = async (widget, options, api, flow) => {
    const {link, key} = widget;
    const opened = performance.now();
    const href = page(options.href) || page(/** @type {HTMLAnchorElement | undefined} */ (link)?.href) || `${api}/${flow}`;
    /** @type {(selector: string) => HTMLInputElement[]} The page's own. */
    const all = selector => {
      const tree = /** @type {Document | ShadowRoot} */ ((link || document).getRootNode());
      return /** @type {HTMLInputElement[]} */ ([...tree.querySelectorAll(selector)]).filter(field => !field.closest(HOST));
    };
    // A form's own properties may be its fields, so it is not the form that is asked.
    /** @type {(selector: string, form: HTMLFormElement | null | undefined) => HTMLInputElement | undefined} */
    const first = (selector, form) => all(selector).find(field => !form || field.form == form);
    /** @param {string} selector */
    const own = selector => first(selector, link?.closest("form"));
    // Fallback for a page that marks no field: the last text field before a form's only password.
    const before = () => {
      const fields = all("input");
      for (const password of fields) {
        const form = fields.filter(field => field.form == password.form);
        const [only, another] = form.filter(field => field.type == "password");
        if (password != only || another) continue;
        const texts = form.slice(0, form.indexOf(only));
        const text = texts.reverse().find(field => /^(text|email|tel)$/.test(field.type) && field.checkVisibility?.() != false);
        if (text) return text;
      }
    };
    /** @type {() => HTMLInputElement | undefined} */
    const userField = () => find(options.userField) || own("input[autocomplete~=username]") || before() || own("input[type=email]");
    /** @type {any[]} */
    const wanted = [...navigator.languages];
    if (options.locale != "auto")
      wanted.unshift(options.locale, /** @type {HTMLElement | null} */ ((link || document.documentElement).closest("[lang]"))?.lang);
    const loading = load(flow);
    loading.catch(() => {});
    const {tag, files, language} = await speech(wanted.filter(tag => tag));
    const resume = options.resume || stored(key);
    // The flow is begun beside the files. Not for somebody whom the page vouches for: its word is asked for first. The key is
    // as hard to guess as one of the widget's. Where nothing comes of it, the widget asks by itself.
    let begun = resume || options.assertion ? undefined : ask(api + "/v1/flows", {
      method: "POST",
      body: JSON.stringify({kind: flow, locale: language, with_config: true}),
      headers: {"content-type": "application/json", "idempotency-key": crypto.getRandomValues(new Uint32Array(4)).join("-")},
      credentials: "omit",
    }).catch(() => {});
    /**
     * What it says, for the full widget in twice as many files. Without them it is in English.
     * @param {Flow} flow
     */
    const said = flow => Promise.all(files.slice(0, isFull(flow) ? 2 : 1).map(file => checked(file).then(answer => answer.text())))
      .then(texts => texts.join("")).catch(() => "");
    const [glue, texts] = await Promise.all([loading, said(flow)]);

    // Place of the widget: in a shadow tree, or in the page's own, which knows each name once.
    const host = make(HOST, {className: HOST, end: () => widget.leave?.()});
    const light = widget.light = options.render == "light" && ![...widgets].some(widget => widget.light);
    const dialog = options.mode == "dialog" ? make("dialog", {className: "dialog"}) : null;
    const target = find(options.target);
    if (target) target.append(host);
    else if (link) link.after(host);
    else if (options.place?.localName == "regain-access") options.place.append(host);
    else if (options.place?.closest("body")) options.place.after(host);
    else document.body.append(host);
    const {theme, frame} = options;
    let root = make("div");
    // Flat in a card of the page's that has its colour: no card in a card.
    const isFlat = () => {
      /** @param {Element} element */
      const color = element => getComputedStyle(element).backgroundColor;
      const card = root.querySelector(".card");
      let at = host.parentElement;
      while (at && color(at) == "rgba(0, 0, 0, 0)") at = at.parentElement;
      return !dialog && card && at?.parentElement && at != document.body && color(at) == color(card);
    };
    widget.look = () => {
      host.dataset.theme = theme && theme != "auto" ? theme : isLight(getComputedStyle(host).color) ? "dark" : "light";
      host.dataset.frame = frame || (isFlat() ? "none" : "card");
    };
    widget.look();
    const tree = light ? host : host.attachShadow({mode: "open"});
    // A page translator puts elements in the place of texts: what changes in these goes on in those.
    const translated = new MutationObserver(changes => changes.forEach(({target, addedNodes, removedNodes, previousSibling, nextSibling}) => {
      const text = /** @type {any} */ (removedNodes[0] || target);
      if (text.nodeType != 3) return;
      if (text.font) text.font.textContent = text.data;
      else translated.observe(text, {characterData: true});
      text.font ||= [...addedNodes, previousSibling, nextSibling].find(node => node?.nodeName == "FONT");
    }));
    translated.observe(tree, {childList: true, subtree: true});
    const css = light ? (await bring(MORE)).light : lean[2];
    const styled = new Promise((done, failed) => tree.append(sheet("stylesheet", css, done, failed)));
    tree.append(dialog || root);
    if (dialog) {
      dialog.part.value = "dialog";
      dialog.setAttribute("aria-labelledby", "regain-heading");
      dialog.append(root);
      host.dataset.mode = "dialog";
    }
    // The focus is taken only from where the opening left it: not from somebody who went on to type elsewhere. A field
    // that the page focused by itself is nobody's yet where a reload resumes.
    const mayFocus = () => {
      const at = /** @type {HTMLInputElement | null} */ (focused());
      return !at || at == document.body || at == options.opener || at.contains(host) || tree.contains(at)
        || !!options.resume && at.autofocus && !at.value;
    };
    // Keys for a field in here are no shortcuts of the page's, and what is sent is no form of the page's. Whoever
    // keeps the focus in a dialog of the page, or closes it, hears of that.
    /** @param {any} event */
    const ours = event => event.ctrlKey || event.metaKey || /^(Tab|Escape)$/.test(event.key) || event.stopPropagation();
    for (const type of ["keydown", "keypress", "keyup", "submit"]) host.addEventListener(type, ours);
    await styled.catch(error => { host.remove(); throw error; });

    return new Promise((resolve, reject) => {
      /** @type {Ended["outcome"]} */
      let outcome = "closed";
      /** @type {Step | null} */
      let step = null;
      /** @type {Step | null} */
      let from = null;
      let since = opened;
      /** @type {() => void} */
      let stop;
      /** @type {(type: Parameters<Say>[1], more?: Partial<Detail>) => void} */
      const send = (type, more) => {
        const now = performance.now();
        const detail = {flow, step, from, outcome: null, error: null, ...more, stepMs: Math.round(now - since), totalMs: Math.round(now - opened)};
        say([host, link].find(one => one?.isConnected) || document, type, detail);
        try {
          // @ts-ignore The name of a callback is `on` and the event's.
          options["on" + type[0].toUpperCase() + type.slice(1)]?.(detail);
        } catch (error) {
          reportError(error);
        }
      };
      /** @param {boolean} is */
      const expanded = is => link?.setAttribute("aria-expanded", `${is}`);
      // Put away, it stays so when the page is loaded again.
      /** @param {boolean} is */
      const away = is => {
        try {
          sessionStorage[is ? "setItem" : "removeItem"](key + ":away", "1");
        } catch {}
      };
      // Brings into sight what is new, to whoever is at it: from its top where that is above.
      const reveal = () => setTimeout(() => {
        const at = dialog ? root : host;
        if (mayFocus()) at.scrollIntoView({block: at.getBoundingClientRect().top < 0 ? "start" : "nearest"});
      });
      // A page of its own is no place to stay.
      /** @param {string} [address] */
      const leaveFor = address => {
        const to = page(address || options.continueUrl);
        if (to) location.assign(to);
      };
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
          away(false);
          if (dialog && !dialog.open) {
            dialog.showModal();
            root.querySelector("h2")?.focus();
          }
          reveal();
        },
        // It stays as it is, where there is a way back to it.
        hide: () => {
          if (!link) return end();
          dialog?.close?.();
          host.hidden = true;
          expanded(false);
          away(true);
          link.focus();
        },
        toggle: () => host.hidden ? widget.show?.() : widget.hide?.(),
        // It goes; its flow can be resumed.
        leave: end,
        // Says so in words that need nothing of what broke.
        break: () => {
          const [sorry, onward] = texts ? texts.split("\n") : ["Sorry, something went wrong.", "Continue on the full page"];
          const way = make("a", {href, textContent: onward});
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
        widget.hide?.();
      });
      widget.show?.();
      send("open");
      /** @type {Events} */
      const on = {
        onStep: name => {
          empty();
          from = step;
          step = name;
          // Phase of the flow: user ID, verification, or the outcome.
          host.dataset.phase = /^(ac|id|si)/.test(name) ? "1" : /^(choose_m|en|an)/.test(name) ? "2" : "3";
          send("step");
          reveal();
          since = performance.now();
        },
        onDone: what => {
          empty();
          send("done", {outcome: outcome = what});
        },
        onError: error => send("error", {error}),
        onClose: () => {
          end();
          if (link) link.focus();
          else if (!userField()) leaveFor();
        },
        onReturn: (userId, continueUrl) => {
          const field = userField();
          if (!field) return leaveFor(continueUrl);
          // Past what a framework put into the field to know its value by: it hears of this one as of a typed one.
          const {set} = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value") || {};
          set ? set.call(field, userId) : field.value = userId;
          field.dispatchEvent(new Event("input", {bubbles: true}));
          field.dispatchEvent(new Event("change", {bubbles: true}));
          (first("input[type=password]", field.form) || field).focus();
        },
        // To a step that only the full one knows.
        onHandOver: (kept, userId) => {
          empty();
          options = {...options, userId};
          Promise.all([load("change"), said("change")]).then(([glue, texts]) => {
            if (!widgets.has(widget)) return;
            stop();
            root.replaceWith(root = make("div"));
            mount(glue, texts, kept, true);
          }).catch(widget.break);
        },
        onFlow: (flow, userId) => {
          end();
          const href = `${api}/${flow}`;
          start({...options, flow, userId, href, resume: null}).catch(() => location.assign(href));
        },
      };
      /** @type {(glue: Glue, texts: string, resume: string | null, reopened: boolean) => void} */
      const mount = (glue, texts, resume, reopened) => void (stop = glue.mount(root, {
        api, flow, key, href, resume, reopened, texts, mayFocus,
        language: tag,
        assertion: options.assertion,
        work: (...job) => bring(WORK).then(work => work.default(...job, bring, WORK)),
        userId: options.userId || userField()?.value,
        canReturn: !!(link || userField() || page(options.continueUrl)),
        locale: language,
        ...on,
        hasConfig: !!begun,
        send: async request => {
          const first = begun;
          begun = undefined;
          return await first || ask(request);
        },
      }));
      mount(glue, texts, resume, !!options.resume);
      widget.look?.();
    });
  };

  // In release a panic is a RuntimeError from our module: better plain words than a frozen form.
  /** @param {any} event */
  const broke = event => {
    const {stack} = event.error || event.reason || {};
    if (widgets.size && `${stack}`.includes("regain-ui-")) {
      load = () => Promise.reject(stack);
      for (const widget of widgets) widget.break?.();
    }
  };
  addEventListener("error", broke);
  addEventListener("unhandledrejection", broke);

  /**
   * For a link: once more closes it. What breaks after it was open says so in place.
   * @type {Rest["start"]}
   */
  const start = async options => {
    const mine = options.link && [...widgets].find(widget => widget.link == options.link);
    if (mine) return options.resume || mine.toggle?.();
    return open(options).catch(error => {
      if (error != BROKEN) throw error;
    });
  };

  /** @type {Rest} */
  const rest = {
    open, start,
    load: options => load(named(options).flow),
  };
  return rest;
};
