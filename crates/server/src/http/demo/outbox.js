// Looks for new mail every two seconds while the page is seen, and loads the page again when there is
// some; not while the person has selected something, such as a code to copy.
"use strict";

const shown = document.getElementById("outbox").dataset.newest;
let newest = shown;

async function look() {
  if (document.hidden) return;
  try {
    const response = await fetch("/demo/outbox.json", { cache: "no-store" });
    if (!response.ok) return;
    const [mail] = await response.json();
    if (!mail || mail.id === shown) return;
    if (mail.id !== newest) {
      newest = mail.id;
      document.getElementById("news").textContent = "There is new mail.";
      document.title = `(new) ${document.title.replace(/^\(new\) /, "")}`;
    }
    if (getSelection().isCollapsed) location.reload();
  } catch {
    // The server is not there just now; the next look may find it.
  }
}

setInterval(look, 2000);
document.addEventListener("visibilitychange", look);
