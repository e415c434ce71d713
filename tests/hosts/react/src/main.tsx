import { configure } from "@regain/widget/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";

configure({ base: `${import.meta.env.BASE_URL}regain/`, api: import.meta.env.VITE_RECOVERY });

createRoot(document.getElementById("root")!).render(<StrictMode><App /></StrictMode>);
