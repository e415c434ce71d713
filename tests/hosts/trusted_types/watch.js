// What the page's policy forbids is written down.
window.forbidden = [];
addEventListener("securitypolicyviolation", ({violatedDirective, blockedURI}) =>
  // A browser asks for this by itself.
  blockedURI.endsWith("/favicon.ico") || forbidden.push(`${violatedDirective} ${blockedURI}`));
