// What belongs to the whole window. data: {lang, start, texts: {gone, restarted, upload}}.
// 1. The language of the document, for screen readers and for breaking lines.
// 2. The browser's history: Streamlit adds an entry each time it writes the address. One that differs from the address
//    shown only in where one has moved (slice, window, switches of the viewer, language, a number or finding reached by arrow
//    keys, a job that became its reading) takes its entry's place, so that the way back leads to what was chosen before, not
//    through each step.
// 3. A server that is gone: our sentence in the page's language, until it answers again. One that was started again knows
//    nothing of this page, which then loads itself anew; its address has all that was chosen.
const MOVING = new Set(["slice", "window", "markers", "heat", "lang"]);
const FOLLOWING = new Set([...MOVING, "pick", "n", "finding"]);
const GIVES_WAY = new Set([...MOVING, "job", "reading"]);

function changed(before, after) {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.getAll(name).join("\n") !== after.getAll(name).join("\n"));
}

function onlyMoves(address) {
  const next = new URL(address, location.href);
  if (next.pathname !== location.pathname) return false;
  const before = new URLSearchParams(location.search), after = next.searchParams;
  const names = changed(before, after);
  const within = (allowed) => names.every((name) => allowed.has(name));
  if (within(MOVING)) return true;
  if (document.documentElement.dataset.picked === "arrows" && within(FOLLOWING)) return true;
  return before.has("job") && !after.has("job") && after.has("reading") && within(GIVES_WAY);
}

// Streamlit changes the page in two steps, first the parameters, then the path: both are one step of the way.
function keepHistoryShort() {
  if (history.tandem) return;
  history.tandem = true;
  const push = history.pushState.bind(history);
  let actions = 0, pushedIn = -1; // how often something was done here; in which of them an entry was added on this path
  for (const kind of ["pointerdown", "keydown", "popstate"]) window.addEventListener(kind, () => { actions += 1; }, true);
  window.addEventListener("pointerdown", () => { document.documentElement.dataset.picked = "choice"; }, true);
  history.pushState = (state, title, address) => {
    const leaves = Boolean(address) && new URL(address, location.href).pathname !== location.pathname;
    if (address && (onlyMoves(address) || (leaves && pushedIn === actions))) return history.replaceState(state, title, address);
    pushedIn = leaves ? -1 : actions;
    return push(state, title, address);
  };
}

// Streamlit's captions and chosen tabs are too pale to read, its tabs that find no room are out of sight, and the button of
// its uploader has no name once it has our words.
function nameUploader() {
  for (const button of document.querySelectorAll("[data-testid=stFileUploaderDropzone] button"))
    if (button.getAttribute("aria-label") !== window.tandemUpload) button.setAttribute("aria-label", window.tandemUpload);
}

function makeReadable(words) {
  window.tandemUpload = words;
  nameUploader();
  if (window.tandemReadable) return;
  const style = document.createElement("style");
  style.textContent = "[data-testid=stCaptionContainer] { color: inherit; opacity: 0.85; }" +
    " button[data-selected=true] { color: inherit !important; }" +
    " [data-testid=stButtonGroup] [role=radiogroup] { flex-wrap: wrap; overflow: visible; mask: none; -webkit-mask: none; }";
  document.head.append(style);
  window.tandemReadable = new MutationObserver(nameUploader);
  window.tandemReadable.observe(document.body, { childList: true, subtree: true });
}

class Watch { // over the connection, as Streamlit's root element tells it
  constructor() {
    this.banner = document.createElement("div");
    this.banner.setAttribute("role", "alert");
    this.banner.id = "tandem-connection"; this.banner.hidden = true;
    const style = document.createElement("style");
    style.textContent = "#tandem-connection { position: fixed; top: 0; left: 0; right: 0; z-index: 2000000; padding: 10px 16px;" +
      " background: #7a1f18; color: #fff; font: 15px/1.4 system-ui, sans-serif; text-align: center; }" +
      " #tandem-connection[hidden] { display: none; }" +
      " body.tandem-gone [data-testid=stDialog], body.tandem-gone [data-baseweb=modal], body.tandem-gone [data-testid=stConnectionStatus] { display: none; }";
    document.head.append(style); document.body.append(this.banner);
    const root = document.querySelector("[data-testid=stApp]");
    this.observer = new MutationObserver(() => this.look(root));
    this.observer.observe(root, { attributes: true, attributeFilter: ["data-test-connection-state"] });
  }

  async look(root) {
    const gone = root.dataset.testConnectionState !== "CONNECTED";
    if (gone === !this.banner.hidden && gone) return;
    document.body.classList.toggle("tandem-gone", gone);
    this.banner.hidden = !gone;
    this.banner.textContent = gone ? this.texts.gone : "";
    while (!this.banner.hidden) {
      const { status, start } = await health();
      if (status === 200 && start !== this.start) return location.reload();
      if (status === 403 && !this.banner.hidden) this.banner.textContent = this.texts.restarted; // waiting is no use
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    if (!gone) { // it may have come back between two looks
      const { status, start } = await health();
      if (status === 200 && start !== this.start) location.reload();
    }
  }
}

function health() {
  return fetch("/health", { cache: "no-store" }).then(
    (answer) => ({ status: answer.status, start: answer.headers.get("x-tandem-start") }), () => ({ status: 0 }));
}

export default function (component) {
  const { lang, start, texts } = component.data;
  document.documentElement.lang = lang;
  keepHistoryShort();
  makeReadable(texts.upload);
  if (!window.tandemWatch) window.tandemWatch = new Watch();
  Object.assign(window.tandemWatch, { start, texts });
}
