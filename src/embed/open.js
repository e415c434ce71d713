// @ts-check
// Opens widgets: brings in their WebAssembly, styles and words, and is what they reach the page by. It comes
// with the first sign of somebody needing it; see entry.js.
// Only whole-line comments and indentation are stripped from it for shipping.

import {beginFlow, configurationOf} from "./open/requests.js";
import {borrow, bring, build, checked, lean, named, page, stored} from "./open/tools.js";
import {fieldsOf} from "./open/page_fields.js";
import {placed} from "./open/host.js";
import {BROKEN, shown} from "./open/widget.js";

// Further files to load, each a name and the hash of its bytes. The lean build and its stylesheet are named in
// entry.js, and what most people do without in more.js.
const MORE = __REGAIN_MORE__, WORK = __REGAIN_WORK__;

/** @param {Tools} tools */
export default (...tools) => {
  borrow(...tools);

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
    /** @type {any[]} */
    const wanted = [...navigator.languages];
    if (options.locale != "auto")
      wanted.unshift(options.locale, /** @type {HTMLElement | null} */ ((link || document.documentElement).closest("[lang]"))?.lang);
    const loading = load(flow);
    loading.catch(() => {});
    const {tag, files, language} = await speech(wanted.filter(tag => tag));
    const resume = options.resume || stored(key);
    // The flow is begun beside the files. Not for somebody whom the page vouches for: its word is asked for first.
    const begun = resume || options.assertion ? undefined : beginFlow(api, flow, language);
    /** @type {Config | undefined} */
    let config;
    if (begun) configurationOf(api, begun).then(it => { config = it; });
    /**
     * What it says, for the full widget in twice as many files. Without them it is in English.
     * @param {Flow} flow
     */
    const said = flow => Promise.all(files.slice(0, isFull(flow) ? 2 : 1).map(file => checked(file).then(answer => answer.text())))
      .then(texts => texts.join("")).catch(() => "");
    const [glue, texts] = await Promise.all([loading, said(flow)]);

    const light = widget.light = options.render == "light" && ![...widgets].some(widget => widget.light);
    const place = await placed(widget, options, light, light ? (await bring(MORE)).light : lean[2]);
    return shown(widget, widgets, {
      ...place, options, api, flow, href, glue, texts, resume, begun, opened, tag, language, start,
      config: () => config,
      fields: fieldsOf(options),
      work: WORK,
      full: () => Promise.all([load("change"), said("change")]),
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
