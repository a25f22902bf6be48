// The sanitised source in a frame that has no rights: no script, no forms, no origin. data: {src, element, title,
// height}. A fragment of the address scrolls to the element, and the document's own style marks it. The frame's address is
// replaced, not set, so that it adds nothing to the browser's history.
export default function (component) {
  const { data, parentElement } = component;
  const root = parentElement.querySelector(".frame");
  let frame = root.querySelector("iframe");
  const address = data.src + (data.element ? "#" + encodeURIComponent(data.element) : "");
  if (!frame || frame.dataset.src !== data.src) {
    frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "");
    frame.setAttribute("referrerpolicy", "no-referrer");
    frame.dataset.src = data.src;
    frame.src = address;
    frame.dataset.address = address;
    root.replaceChildren(frame);
  } else if (frame.dataset.address !== address) {
    frame.dataset.address = address;
    frame.contentWindow.location.replace(address);
  }
  frame.title = data.title || "";
  frame.style.height = `${data.height}px`;
}
