// @ts-check
// Regain as a module, for pages that are built from packages. It defines <regain-access> and needs no script tag.
// Address of the served files, unless the page gives one: beside this module. Its form is deliberate, because bundlers
// take `new URL` with a text and the module's own address for a file to bring along.
const here = import.meta.url;
let base = here.replace(/[^/]*([?#].*)?$/, "files/"), nonce = "";
/** @type {Opening} */
let defaults = {};
// The files are the page's own, so the folder tells nothing of the API.
const home = () => new URL("/", base).href;

__REGAIN_ENTRY__
/**
 * Says where Regain's files are served (`base`), the page's nonce, and what is to hold for every opening that does
 * not say otherwise. On a server nothing is opened.
 * @param {import("./package/index.js").Configuration} configuration
 */
const configure = ({base: folder, nonce: once, ...others}) => {
  if (folder) base = new URL(folder, globalThis.document?.baseURI || here).href.replace(/\/*$/, "/");
  if (once) nonce = once;
  defaults = {...defaults, .../** @type {Opening} */ (others)};
};
const version = "__REGAIN_VERSION__";
const open = show;
export {configure, open, version};
