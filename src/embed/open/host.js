// @ts-check
// A widget's element, and its place in the page: there it looks, is translated and takes the focus as becomes the page.
// Only whole-line comments and indentation are stripped from it for shipping.

import {find, focused, make, sheet} from "./tools.js";

// A widget's element. A page cache keeps a copy of it, which nothing drives: such a copy goes, and its link is closed.
// A widget that the page removes has ended, unless it was only moved.
export const HOST = "regain-widget";
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
 * Puts a widget into the page, in a shadow tree, or in the page's own (`light`), which knows each name once. Fails where its
 * stylesheet can't be had.
 * @type {(widget: Widget, options: Opening, light: boolean | undefined, css: File_) => Promise<Place>}
 */
export const placed = async (widget, options, light, css) => {
  const {link, theme, frame} = options;
  const host = make(HOST, {className: HOST, end: () => widget.leave?.()});
  const dialog = options.mode == "dialog" ? make("dialog", {className: "dialog"}) : null;
  const target = find(options.target);
  if (target) target.append(host);
  else if (link) link.after(host);
  else if (options.place?.localName == "regain-access") options.place.append(host);
  else if (options.place?.closest("body")) options.place.after(host);
  else document.body.append(host);
  const root = make("div");
  // Flat in a card of the page's that has its colour: no card in a card.
  const isFlat = () => {
    /** @param {Element} element */
    const color = element => getComputedStyle(element).backgroundColor;
    const card = tree.querySelector(".card");
    let at = host.parentElement;
    while (at && color(at) == "rgba(0, 0, 0, 0)") at = at.parentElement;
    return !dialog && card && at?.parentElement && at != document.body && color(at) == color(card);
  };
  widget.look = () => {
    host.dataset.theme = theme && theme != "auto" ? theme : isLight(getComputedStyle(host).color) ? "dark" : "light";
    host.dataset.frame = frame || (isFlat() ? "none" : "card");
  };
  const tree = light ? host : host.attachShadow({mode: "open"});
  widget.look();
  // A page translator puts elements in the place of texts: what changes in these goes on in those.
  const translated = new MutationObserver(changes => changes.forEach(({target, addedNodes, removedNodes, previousSibling, nextSibling}) => {
    const text = /** @type {any} */ (removedNodes[0] || target);
    if (text.nodeType != 3) return;
    if (text.font) text.font.textContent = text.data;
    else translated.observe(text, {characterData: true});
    text.font ||= [...addedNodes, previousSibling, nextSibling].find(node => node?.nodeName == "FONT");
  }));
  translated.observe(tree, {childList: true, subtree: true});
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
  return {host, root, dialog, mayFocus};
};
