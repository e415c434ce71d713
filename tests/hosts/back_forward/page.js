window.restored = null;
addEventListener("pageshow", ({ persisted }) => { window.restored = persisted; });
