// Keeps the codes of the authenticator apps current while the page is seen.
"use strict";

let until = 0;

async function renew() {
  if (document.hidden || Date.now() < until) return;
  try {
    const response = await fetch("/demo/authenticators.json", { cache: "no-store" });
    if (!response.ok) return;
    const { codes, good_until } = await response.json();
    for (const { user_id, code } of codes) {
      const shown = document.querySelector(`[data-authenticator-of="${CSS.escape(user_id)}"]`);
      if (shown) shown.textContent = code;
    }
    until = Date.parse(good_until);
  } catch {
    // The server is not there just now; the next look may find it.
  }
}

setInterval(renew, 1000);
document.addEventListener("visibilitychange", renew);
