import { configure } from "@regain/widget/vue";
import { createApp } from "vue";
import App from "./App.vue";

configure({ base: `${import.meta.env.BASE_URL}regain/`, api: import.meta.env.VITE_RECOVERY });

createApp(App).mount("#app");
