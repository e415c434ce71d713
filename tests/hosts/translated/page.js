// A page translator like a browser's: each text gets an element of its own, in shadow trees too.
const translate = tree => {
  for (const element of tree.querySelectorAll("*")) {
    if (element.shadowRoot) translate(element.shadowRoot);
    if (element.closest("font, script, style, textarea, [translate=no]")) continue;
    for (const text of [...element.childNodes]) {
      if (text.nodeType !== Node.TEXT_NODE || !text.data.trim()) continue;
      const font = document.createElement("font");
      text.replaceWith(font);
      font.append(text.data);
    }
  }
};
setInterval(() => translate(document), 20);
