// Looks for what is new every two seconds while the page is seen, and loads the page again when there is
// something; not while the person has selected something, such as a code to copy.
"use strict";

const outbox = document.getElementById("outbox");
const describe = (id, status) => `${id} ${status ?? ""}`;
const shown = Array.from(outbox.querySelectorAll("[data-entry]"), ({ dataset }) =>
  describe(dataset.entry, dataset.status),
).join("\n");
let known = shown;

async function look() {
  if (document.hidden) return;
  try {
    const response = await fetch("/demo/outbox.json", { cache: "no-store" });
    if (!response.ok) return;
    const entries = await response.json();
    const now = entries.map(({ id, status }) => describe(id, status)).join("\n");
    if (now === shown) return;
    if (now !== known) {
      known = now;
      const rings = entries.some(({ status }) => status === "ringing");
      document.getElementById("news").textContent = rings ? "A phone rings." : "There is something new.";
      document.title = `(new) ${document.title.replace(/^\(new\) /, "")}`;
    }
    if (getSelection().isCollapsed) location.reload();
  } catch {
    // The server is not there just now; the next look may find it.
  }
}

setInterval(look, 2000);
document.addEventListener("visibilitychange", look);
