import { configure } from "@regain/widget";

configure({ base: `${import.meta.env.BASE_URL}regain/`, api: import.meta.env.VITE_RECOVERY });

document.addEventListener("regain:done", ({ detail }) => {
  document.getElementById("heard")!.textContent = `The page heard: ${detail.outcome}`;
});
