// Shortcuts like many: not while somebody types, as far as this can tell.
window.taken = [];
document.addEventListener("keydown", event => {
  if (event.target.matches("input, textarea") || event.key.length > 1 && event.key !== "Escape") return;
  taken.push(event.key);
  event.preventDefault();
});
