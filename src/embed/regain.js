// @ts-check
// Regain's loader: the one script that a page includes. It makes links open the widget, defines <regain-access>,
// and brings in the rest (open.js) when the person is about to need it. Whatever fails, a link is a link.
// Only whole-line comments and indentation are stripped from it for shipping.
(() => {
  // Not `document.currentScript`: an element that somebody named so would say where we come from. A module has none,
  // and runs once for all its tags, when the page is read.
  // @ts-ignore Every document has it.
  const current = Object.getOwnPropertyDescriptor(Document.prototype, "currentScript").get.call(document);
  /** @type {HTMLScriptElement[] | NodeListOf<HTMLScriptElement>} */
  const scripts = current ? [current] : document.querySelectorAll('script[type=module][src*="/regain"]');
  const [script] = scripts;
  if (!script) return;
  // Included twice: the first one does what this tag asks for too. A global of somebody else's stays theirs.
  if (window.Regain?.tag) return scripts.forEach(window.Regain.tag);
  // The server may be below a path of its host: the API is in the folder that we came from.
  const base = new URL(".", script.src).href, home = () => base, nonce = script.nonce, defaults = script.dataset;
__REGAIN_ENTRY__
  // A tag: its link, where it names one, else one of our own; but none in the page's head, from where only the
  // element is used.
  /** @type {HTMLAnchorElement | undefined} */
  let own;
  /** @type {(script: HTMLScriptElement) => void} */
  const tag = script => {
    const data = /** @type {Opening} */ (script.dataset);
    const begin = () => {
      let link = find(data.link), opens = "open" in data;
      if (!("link" in data || opens || own || script.closest("head") || document.querySelector(NAME)))
        script.after(link = own = ownLink(data));
      if (data.link || link) listen(document, path => path.find(node => node == link || data.link && node.matches?.(data.link)), () => ({...data, place: script}));
      link?.setAttribute("aria-expanded", "false");
      const given = {...data, link, place: script};
      const resume = (link || opens) && kept(given);
      if (resume || opens) start({...given, resume});
      if (data.preload == "idle") (window.requestIdleCallback || setTimeout)(() => near(data));
    };
    whenRead(begin);
  };
  window.Regain ||= {open: show, version: "__REGAIN_VERSION__", tag};
  scripts.forEach(tag);
})();
