// An attempt that is over leaves nothing in this browser.

import { forget } from "./quizzes-outbox.js";

forget(document.querySelector("[data-finished]").dataset.finished);
