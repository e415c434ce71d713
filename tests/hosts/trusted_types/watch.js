// Violations of the page's policy are written down.
window.forbidden = [];
addEventListener("securitypolicyviolation", ({violatedDirective, blockedURI}) =>
  // A browser asks for this by itself.
  blockedURI.endsWith("/favicon.ico") || forbidden.push(`${violatedDirective} ${blockedURI}`));
