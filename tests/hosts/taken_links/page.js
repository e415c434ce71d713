// Page transitions and admin tools like many: they take every link of the page, whatever became of the event.
window.taken = 0;
document.addEventListener("click", event => {
  if (!event.target.closest?.("a")) return;
  event.preventDefault();
  taken += 1;
  document.body.innerHTML = "<p>Another page</p>";
});
