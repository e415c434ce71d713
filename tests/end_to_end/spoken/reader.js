// Has a virtual screen reader read the page and, once it is there, the widget, and keeps what it says. `Virtual`, its
// class, stands above.
const readers = [];

const listen = async (container) => {
  const reader = new Virtual();
  await reader.start({ container });
  await reader.clearSpokenPhraseLog();
  readers.push(reader);
};

listen(document.body);
document.addEventListener("regain:open", (event) => {
  // It reads a shadow tree from within, and begins with what stands there.
  const root = event.composedPath()[0].shadowRoot.querySelector("div");
  new MutationObserver((_, observer) => {
    observer.disconnect();
    listen(root);
  }).observe(root, { childList: true });
});

// Announcements since the last call. An element that announces something is emptied first, which is not heard.
window.heard = async () => {
  const all = [];
  for (const reader of readers) {
    all.push(...await reader.spokenPhraseLog());
    await reader.clearSpokenPhraseLog();
  }
  return all.filter((phrase) => phrase !== "polite: " && phrase !== "assertive: ");
};

// Everything in the widget, read from its beginning to its end.
window.readOn = async () => {
  const root = document.querySelector(".regain-widget").shadowRoot.querySelector("[part~=root]");
  const reader = new Virtual();
  await reader.start({ container: root });
  const first = reader.activeNode;
  do await reader.next(); while (reader.activeNode !== first);
  const all = await reader.spokenPhraseLog();
  await reader.stop();
  // Readers for people say where a list ends, but not where each paragraph does.
  return all.slice(0, -1).filter((phrase) => !/^(paragraph|end of .*)$/.test(phrase));
};
