// A section as it will read, beside the box in which it is written.

import { failed, send } from "./finding.js";

const form = document.querySelector("[data-preview]");
let timer, request;

async function show() {
  request?.abort();
  request = new AbortController();
  try {
    const body = new URLSearchParams(new FormData(form));
    const response = await fetch(form.dataset.preview, { method: "POST", body, signal: request.signal });
    const html = await response.text();
    if (response.ok) form.querySelector("[data-shown]").innerHTML = html;
    else if (response.status < 403) send("kb:signed-out");
  } catch (error) {
    failed(error);
  }
}

for (const type of ["input", "compositionend"]) {
  form.elements.text.addEventListener(type, (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(show, 250);
  });
}
if (form.elements.text.value !== form.elements.text.defaultValue) show(); // written before this was here
