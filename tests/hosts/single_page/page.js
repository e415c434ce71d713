// A router like many: it takes every link of the page, and draws each view anew.
const views = {
  "/sign-in": () => `<h1>Sign in</h1>
    <form><input id="user-id" autocomplete="username"><input id="password" type="password"></form>
    <p><a id="cant-access" href="/reset">Can't access your account?</a></p>`,
  "/about": () => "<h1>About us</h1>",
};
const draw = () => {
  document.querySelector("main").innerHTML = (views[location.pathname] ?? (() => "<h1>Home</h1>"))();
};
document.addEventListener("click", event => {
  const link = event.target.closest?.("a");
  if (!link || event.defaultPrevented) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  draw();
});
addEventListener("popstate", draw);
draw();
