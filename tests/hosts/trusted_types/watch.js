// What the page's policy forbids is written down.
window.forbidden = [];
addEventListener("securitypolicyviolation", ({violatedDirective, blockedURI}) => forbidden.push(`${violatedDirective} ${blockedURI}`));
