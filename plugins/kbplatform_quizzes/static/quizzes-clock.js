// What is left of the time, as the server has it, told in time; and in an exam how long the window was out of sight.

const TOLD = [300, 60, 30]; // seconds at which it is said aloud

/** Starts what the page asks for; `set(seconds)` puts the clock right again. */
export function startClock(form, { over, left }) {
  if (form.hasAttribute("data-exam")) watch(left);
  const face = document.querySelector("[data-clock]");
  if (!face) return null;
  const words = form.dataset;
  let end = Date.now() + Number(words.left) * 1000;
  let before = Number(words.left) + 1;

  function tick() {
    const rest = Math.max(0, Math.round((end - Date.now()) / 1000));
    face.textContent = `${Math.floor(rest / 60)}:${String(rest % 60).padStart(2, "0")}`;
    face.classList.toggle("is-short", rest <= 60);
    const passed = TOLD.find((mark) => before > mark && rest <= mark);
    if (passed) {
      const text = passed >= 60 ? words.minutes.replace("{n}", passed / 60) : words.seconds.replace("{n}", passed);
      document.dispatchEvent(new CustomEvent("kb:announce", { detail: text }));
      document.dispatchEvent(new CustomEvent("kb:toast", { detail: text }));
    }
    before = rest;
    if (rest === 0) {
      clearInterval(timer);
      over();
    }
  }
  const timer = setInterval(tick, 1000);
  face.hidden = false;
  document.querySelector("[data-until]").hidden = true;
  tick();
  return { set: (seconds) => { if (typeof seconds === "number") end = Date.now() + seconds * 1000; } };
}

function watch(left) {
  let since = 0;
  let going = false; // to another page of this site, which is not leaving
  const tell = () => {
    if (since) left((Date.now() - since) / 1000);
    since = 0;
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && !going) since = Date.now();
    else tell();
  });
  window.addEventListener("pagehide", () => {
    tell();
    going = true;
  });
  window.addEventListener("pageshow", () => { going = false; });
}
