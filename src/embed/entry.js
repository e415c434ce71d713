// @ts-check
// The common part of the loader (regain.js) and of the module of the npm package (module.js). Each has `base`, where
// our files are, `home`, which says where the API is, `nonce`, and `defaults`, what is not said at an opening.
// Only whole-line comments and indentation are stripped from it for shipping.

const NAME = "regain-access";

// The lean build and its stylesheet: most people are here for a reset. They are named here, so that no file waits for
// another one to name it.
/** @type {Files} */
const lean = [__REGAIN_LEAN__, __REGAIN_LEAN_WASM__, __REGAIN_CSS__];

/** @type {Find} */
const find = selector => {
  try { return /** @type {any} */ (selector)?.append ? selector : document.querySelector(/** @type {string} */ (selector)); } catch {}
};
/** @type {Make} */
const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
/** @type {(key: string) => string | null} */
const stored = key => { try { return sessionStorage.getItem(key); } catch { return null; } };

/**
 * An opening's API, flow, and the name under which a reload of the page finds it.
 * @type {Named}
 */
const named = ({api, flow}) => {
  api = (api || home()).replace(/\/+$/, "");
  flow ||= "reset";
  return {api, flow, key: "regain:" + api + ":" + flow};
};
/**
 * Each is resumed in one place of a page, and not by itself where it was put away.
 * @type {Record<string, Element | undefined>}
 */
const places = {};
/** @type {(options: Opening) => string | null} */
const kept = options => {
  const {key} = named(options);
  if (!places[key]?.isConnected) places[key] = options.place;
  return places[key] == options.place && !stored(key + ":away") ? stored(key) : null;
};

/** @type {Fetched} */
const checked = ([name, integrity]) => fetch(base + name, {integrity});
/** @type {Link} */
const link = (rel, [name, integrity], onload, onerror) => make("link", {rel, href: base + name, integrity, crossOrigin: "", nonce, onload, onerror});

/** @type {Record<string, Promise<any> | 0>} */
const begun = {};
/**
 * Promises what was begun under a name, unless that failed.
 * @type {<T>(name: string, begin: () => Promise<T>) => Promise<T>}
 */
const once = (name, begin) => begun[name] ||= begin().catch(error => { begun[name] = 0; throw error; });
/**
 * Brings in a module of ours, if it still is what it was: one changed byte, and nothing of it runs. What
 * was preloaded is what is imported; where a browser doesn't preload modules, what was fetched is. Nor does WebKit
 * check what it preloads, and by nothing but its name can that be told.
 * @type {Bring}
 */
const bring = file => once(file[0], () => new Promise((done, failed) => {
  const preload = link("modulepreload", file, done, failed);
  preload.relList.supports("modulepreload") && !/^Apple/.test(navigator.vendor) ? document.head.append(preload) : checked(file).then(done, failed);
}).then(() => import(base + file[0])));
/**
 * Brings in a build of the widget: its glue and its wasm, and its styles into the browser's cache.
 * @type {Build}
 */
const build = ([glue, wasm, css]) => once(wasm[0], () => Promise.all([bring(glue), checked(wasm), checked(css)])
  .then(([glue, wasm]) => glue.default(wasm).then(() => glue)));

/** The focused element, through open shadow trees. */
const focused = () => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at;
};

/**
 * Tells the page of something: by a name for scripts, and by one that JSX and templates can write.
 * @type {Say}
 */
const say = (at, type, detail) => {
  for (const mark of ":-") at.dispatchEvent(new CustomEvent("regain" + mark + type, {detail, bubbles: true, composed: true}));
};

// Brings in what opens widgets (open.js), and beside it what is likely to be opened.
/** @type {(options: Opening) => Promise<Rest>} */
const load = options => {
  if (named(options).flow == "reset") build(lean).catch(() => {});
  return once("", () => bring(__REGAIN_OPEN__)
    .then(module => module.default(lean, named, find, make, page, stored, checked, link, bring, build, focused, say)));
};
/** @type {(options: Opening) => Promise<void>} */
const near = async options => { try { await (await load(options)).load(options); } catch {} };

/**
 * A flow is resumed from storage and from nowhere else. `opener` has the focus when the opening is asked for.
 * @type {(options: Opening) => Opening}
 */
const filled = options => ({...options, resume: null, opener: focused()});
/**
 * With what was not said. A tag has said all that it asks for: the first one's options are not another's.
 * @type {(options?: Opening) => Opening}
 */
const whole = options => filled({...defaults, link: null, ...options});
/**
 * An address that a person can be sent to: no script.
 * @type {Page}
 */
const page = address => {
  try { return address && /^(https?|mailto|tel):/.test(new URL(address, document.baseURI).href) ? address : ""; } catch {}
};
/**
 * Opens a widget and promises how it ended: {outcome: "reset" | … | "closed"}.
 * @type {(options?: Opening) => Promise<Ended>}
 */
const show = async options => {
  options = whole(options);
  return (await load(options)).open(options);
};

/**
 * What breaks on the way in leaves the link's own way.
 * @type {(options: Opening) => Promise<unknown>}
 */
const start = async options => {
  const {link, place} = options, since = performance.now();
  try {
    return await (await load(options)).start(options);
  } catch {
    const detail = {flow: named(options).flow, step: null, from: null, outcome: null, error: "load", stepMs: 0, totalMs: Math.round(performance.now() - since)};
    say(link || place || document, "error", detail);
    const way = page(/** @type {HTMLAnchorElement | undefined} */ (link)?.href) || page(options.fallback);
    if (way) location.assign(way);
    options.onError?.(/** @type {any} */ (detail));
  }
};

/** @type {(options: Opening) => HTMLAnchorElement} */
const ownLink = options => {
  const {api, flow} = named(options);
  return make("a", {href: page(options.href) || api + "/" + flow, textContent: options.label || "Can\u2019t access your account?"});
};

/**
 * Has links in `at` open widgets, today's and those that the page makes later: `linkOf` knows the link among what an
 * event came through. As early as may be, so that a router of the page's does not follow the link meanwhile.
 * @type {(at: EventTarget, linkOf: (path: any[]) => HTMLElement | undefined, options: () => Opening) => void}
 */
const listen = (at, linkOf, options) => {
  /** @type {(type: string, hear: (link: HTMLElement, event: any) => void) => void} */
  const on = (type, hear) => at.addEventListener(type, event => {
    const link = linkOf(event.composedPath());
    if (link) hear(link, event);
  }, true);
  // A finger enters too.
  on("pointerover", () => near(options()));
  on("focusin", () => near(options()));
  on("click", (link, event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || !window.WebAssembly) return;
    event.preventDefault();
    // Many pages take every link, whatever became of the event.
    event.stopImmediatePropagation();
    start({...filled(options()), link});
  });
};

/**
 * Begins when the page is read.
 * @param {() => void} begin
 */
const whenRead = begin => document.readyState == "loading" ? addEventListener("DOMContentLoaded", begin) : queueMicrotask(begin);

// <regain-access>: the link or button in it opens a widget in it. Attributes are the options of the tag without
// `data-`, and `options` is for what attributes can't hold. On a server there are no elements.
if (globalThis.customElements && !customElements.get(NAME)) customElements.define(NAME, class extends HTMLElement {
  /** @type {Opening} */
  options = {};
  constructor() {
    super();
    listen(this, path => path.find(node => node == this.#link), () => this.#given);
  }
  /** @returns {HTMLElement | null} The first: the widget comes after it. */
  get #link() { return this.querySelector("a,button"); }
  get #given() {
    /** @type {Record<string, string>} */
    const given = {};
    for (const {name, value} of this.attributes) given[name.replace(/-./g, part => part[1].toUpperCase())] = value;
    return whole({...given, ...this.options, place: this});
  }
  connectedCallback() {
    const begin = () => {
      if (!this.isConnected) return;
      const given = this.#given, opens = this.hasAttribute("open");
      this.#link || opens || this.append(ownLink(given));
      const link = this.#link;
      if (!link?.ariaExpanded) link?.setAttribute("aria-expanded", "false");
      const resume = kept(given);
      if (resume || opens) start({...given, link, resume, opener: null});
    };
    // The content of the element may not have been parsed yet.
    whenRead(begin);
  }
  /** @param {Opening} [options] As `open` of the loader, in this element. */
  show(options) { return show({...this.#given, link: this.#link, ...options}); }
});
