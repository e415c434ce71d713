// Opens the widget below its link on the page where somebody has signed in. Without this script, or without
// the loader, the links go to pages of their own.
"use strict";

const account = document.getElementById("account");
const { proof, userId } = account.dataset;

// A flow that somebody else began in this tab, before they signed out, is not this person's to go on with.
try {
  if (sessionStorage.getItem("demo:user") !== userId) {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith("regain:")) sessionStorage.removeItem(key);
    sessionStorage.setItem("demo:user", userId);
  }
} catch {
  // Without storage, there is nothing to go on with.
}

// The value that a site's own back end would give to its session: see docs/signed-in.md.
async function assertion() {
  const response = await fetch("/demo/assertion", { method: "POST", body: proof, cache: "no-store" });
  if (!response.ok) throw new Error(`no assertion: ${response.status}`);
  return response.text();
}

const opened = new Set();

// The loader hears of a click on its link at the document, on the way down; this does too, and comes before it.
document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("#account a[data-flow]");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (!window.Regain || !window.WebAssembly) return;
  event.preventDefault();
  if (opened.has(link)) return;
  opened.add(link);
  try {
    await Regain.open({ flow: link.dataset.flow, link, userId, ...(proof && { assertion }) });
  } catch {
    location.assign(link.href);
  } finally {
    opened.delete(link);
  }
}, true);
