// Regain as a module, for pages that are built from packages. It defines <regain-access> and needs no script tag.
// Where the files are served, unless the page says so: as a rule beside this one.
const here = import.meta.url;
let base = new URL("files/", here).href, nonce = "", defaults = {};
// The files are the page's own, so the folder tells nothing of the API.
const home = "/";

__REGAIN_ENTRY__
// Says where Regain's files are served (`base`), the page's nonce, and what is to hold for every opening that does
// not say otherwise. On a server nothing is opened.
const configure = ({base: folder, nonce: once, ...others}) => {
  if (folder) base = new URL(folder, globalThis.document?.baseURI || here).href.replace(/\/*$/, "/");
  if (once) nonce = once;
  defaults = {...defaults, ...others};
};
const version = "__REGAIN_VERSION__";
export {configure, open, version};
