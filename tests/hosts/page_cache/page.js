// A page cache like Turbo's: who leaves sees another page at once, and who comes back a copy of what was there.
window.broken = [];
addEventListener("error", ({message}) => broken.push(message));
addEventListener("unhandledrejection", ({reason}) => broken.push(String(reason)));
let cached;
window.leave = () => {
  cached = document.body.cloneNode(true);
  const next = document.createElement("body");
  next.append("Somewhere else");
  document.body.replaceWith(next);
};
window.comeBack = () => document.body.replaceWith(cached);
