document.querySelector("#sign-in").addEventListener("click", () => document.querySelector("dialog").showModal());
