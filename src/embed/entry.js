// What the loader (regain.js) and the module of the npm package (module.js) have in common. Each has `base`, where
// our files are, `home`, the way from there to the API, `nonce`, and `defaults`, what is not said at an opening.
// Only whole-line comments and indentation are stripped from it for shipping.

const NAME = "regain-access";

const find = selector => {
  try { return selector?.append ? selector : document.querySelector(selector); } catch {}
};
const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
const stored = key => { try { return sessionStorage.getItem(key); } catch { return null; } };

// An opening's API, flow, and the name under which a reload of the page finds it.
const named = ({api, flow}) => {
  api = (api || new URL(home, base).href).replace(/\/+$/, "");
  flow ||= "reset";
  return {api, flow, key: `regain:${api}:${flow}`};
};
// Each is resumed in one place of a page.
const places = {};
const kept = options => {
  const {key} = named(options);
  if (!places[key]?.isConnected) places[key] = options.place;
  return places[key] == options.place ? stored(key) : null;
};

// Brings in a module of ours, if it still is what it was: one changed byte, and nothing of it runs. What
// was preloaded is what is imported; where a browser doesn't preload modules, what was fetched is. Nor does WebKit
// check what it preloads, and by nothing but its name can that be told.
const bring = ([name, integrity]) => {
  const href = base + name;
  const link = make("link", {rel: "modulepreload", href, integrity, crossOrigin: "", nonce});
  return new Promise((done, failed) => {
    link.onload = done;
    link.onerror = failed;
    link.relList.supports("modulepreload") && !/^Apple/.test(navigator.vendor) ? document.head.append(link) : fetch(href, {integrity}).then(done, failed);
  }).finally(() => link.remove()).then(() => import(base + name));
};

// The focused element, through open shadow trees.
const focused = () => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at;
};

let rest;
const load = () => rest ||= bring(__REGAIN_OPEN__)
  .then(module => module.default({base, nonce, named, find, make, page, stored, bring, focused}))
  .catch(error => { rest = 0; throw error; });
const near = options => load().then(rest => rest.load(options)).catch(() => {});

// A flow is resumed from storage and from nowhere else. `opener` has the focus when the opening is asked for.
const filled = options => ({...options, resume: 0, reopened: 0, opener: focused()});
// With what was not said. A tag has said all that it asks for: the first one's options are not another's.
const whole = options => filled({...defaults, link: null, ...options});
// An address that a person can be sent to: no script.
const page = address => {
  try { if (address && /^(https?|mailto|tel):/.test(new URL(address, document.baseURI).protocol)) return address; } catch {}
};
// Opens a widget and promises how it ended: {outcome: "reset" | … | "closed"}.
const open = async options => (await load()).open(whole(options));

// What breaks on the way in leaves the link's own way.
const start = async options => {
  const {link, place} = options;
  const begun = performance.now();
  try {
    return await (await load()).start(options);
  } catch {
    const detail = {flow: named(options).flow, step: null, from: null, outcome: null, error: "load", stepMs: 0};
    detail.totalMs = Math.round(performance.now() - begun);
    (link || place || document).dispatchEvent(new CustomEvent("regain:error", {detail, bubbles: true}));
    const way = page(link?.href) || page(options.fallback);
    if (way) location.assign(way);
  }
};

const ownLink = options => {
  const {api, flow} = named(options);
  return make("a", {href: page(options.href) || `${api}/${flow}`, textContent: options.label || "Can’t access your account?"});
};

// Has links in `at` open widgets, today's and those that the page makes later: `linkOf` knows the link among what an
// event came through. As early as may be, so that a router of the page's does not follow the link meanwhile.
const listen = (at, linkOf, options) => {
  const on = (type, hear) => at.addEventListener(type, event => {
    const link = linkOf(event.composedPath());
    if (link) hear(link, event);
  }, true);
  // A finger enters too.
  on("pointerover", () => near(options()));
  on("focusin", () => near(options()));
  on("click", (link, event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (!window.WebAssembly) return;
    event.preventDefault();
    start({...filled(options()), link});
  });
};

// <regain-access>: the link or button in it opens a widget in it. Attributes are the options of the tag without
// `data-`, and `options` is for what attributes can't hold. On a server there are no elements.
if (globalThis.customElements && !customElements.get(NAME)) customElements.define(NAME, class extends HTMLElement {
  options = {};
  #heard;
  // The first: the widget comes after it.
  get #link() { return this.querySelector("a,button"); }
  get #given() {
    const given = {};
    for (const {name, value} of this.attributes) given[name.replace(/-./g, part => part[1].toUpperCase())] = value;
    return whole({...given, ...this.options, place: this});
  }
  connectedCallback() {
    this.#heard ||= listen(this, path => path.find(node => node == this.#link), () => this.#given) || 1;
    const begin = () => {
      if (!this.isConnected) return;
      const given = this.#given, opens = this.hasAttribute("open");
      if (!this.#link && !opens) this.append(ownLink(given));
      const link = this.#link;
      if (!link?.ariaExpanded) link?.setAttribute("aria-expanded", "false");
      const resume = kept(given);
      if (resume || opens) start({...given, link, resume, reopened: resume, opener: 0});
    };
    // What is in it may not have been read or put in yet.
    document.readyState == "loading" ? addEventListener("DOMContentLoaded", begin) : queueMicrotask(begin);
  }
  disconnectedCallback() {
    // One that is only moved is back by then.
    setTimeout(() => this.isConnected || rest && rest.then(rest => rest.leave(this)));
  }
  // As `open` of the loader, in this element.
  show(options) { return open({...this.#given, link: this.#link, ...options}); }
});
