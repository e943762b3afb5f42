// Swaps in another dog without loading the page anew. Everything works without this script, too.

const main = document.getElementById("main");
const announcer = document.getElementById("announcer");
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
let swapping = false;

/** Fetches the page of another dog and puts its <main> in the place of ours. */
async function swap(url) {
  if (swapping) return;
  swapping = true;
  main.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { headers: { accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.getElementById("main");
    await loaded(next.querySelector(".gif"));
    const hadFocus = main.contains(document.activeElement);
    main.replaceChildren(...next.childNodes);
    document.title = page.title;
    enhance();
    if (hadFocus) main.querySelector("[data-another-link]")?.focus({ preventScroll: true });
    announcer.textContent = main.querySelector(".visitor, .notice p")?.textContent ?? "";
  } catch {
    // The browser's own page says best what is wrong with the network.
    location.assign(url);
  } finally {
    swapping = false;
    main.removeAttribute("aria-busy");
  }
}

/** Resolves when the picture can be shown without a flash; a broken one is shown as such. */
async function loaded(image) {
  if (!image) return;
  const picture = new Image();
  picture.src = reducedMotion.matches ? image.previousElementSibling.srcset : image.src;
  await picture.decode().catch(() => {});
}

/** Adds what only works with this script. */
function enhance() {
  main.querySelector("[data-hint]")?.removeAttribute("hidden");
  const another = main.querySelector("article")?.dataset.another;
  // A reload should show another dog, too: the address says which one was seen.
  if (another && location.pathname === "/") history.replaceState(null, "", another);
}

function play(link) {
  const picture = link.parentElement.querySelector("picture");
  picture.querySelector("source")?.remove();
  link.remove();
}

document.addEventListener("click", (event) => {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest("[data-another-link], [data-play]");
  if (!link) return;
  event.preventDefault();
  if (link.matches("[data-play]")) play(link);
  else swap(link.href);
});

document.addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey || event.repeat) return;
  if (event.key !== " " && event.key !== "n") return;
  // Space on another link or control belongs to it.
  if (event.target.closest("a:not([data-another-link]), button, input, textarea, select")) return;
  const link = main.querySelector("[data-another-link]");
  if (!link) return;
  event.preventDefault();
  swap(link.href);
});

enhance();
