// Swaps in another dog without loading the page anew. Everything works without this script, too.

/** Longest wait for a page before the visitor is told that the network is at fault. */
const PAGE_PATIENCE_MS = 10_000;
/** Longest wait for a picture before the page is shown without it. */
const PICTURE_PATIENCE_MS = 5_000;
/** What may have the focus and has its like on the next page. */
const LANDMARKS = [".button", ".motion-button", ".permalink"];

const main = document.getElementById("main");
const announcer = document.getElementById("announcer");
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

/** Whether pictures stand still; a visitor's pause holds for the dogs that follow. */
let isStill = reducedMotion.matches;
/** The swap under way, if any. */
let swapping = null;

/** Puts the page at `url` in the place of ours. */
async function swap(url) {
  if (swapping) return;
  const mine = new AbortController();
  swapping = mine;
  main.setAttribute("aria-busy", "true");
  const patience = setTimeout(() => mine.abort(), PAGE_PATIENCE_MS);
  try {
    const answer = await fetch(url, { headers: { accept: "text/html" }, signal: mine.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    clearTimeout(patience);
    const next = page.getElementById("main");
    // Another release, or no page of ours at all: the browser knows what to do with it.
    if (!next || scriptOf(page) !== scriptOf(document)) return location.assign(url);
    isStill ||= reducedMotion.matches;
    setMotion(next);
    await pictureOf(next);
    if (swapping !== mine) return;
    history.pushState(null, "", next.querySelector("[data-address]")?.dataset.address ?? url);
    show([...next.childNodes], page.title);
    announce(
      textsOf(".title", ".visitor", ".sentence") + " " + (main.querySelector(".gif")?.alt ?? ""),
    );
  } catch {
    if (swapping === mine)
      announce("No answer. Is the network there? Try again in a moment.", true);
  } finally {
    clearTimeout(patience);
    if (swapping === mine) stopWaiting();
  }
}

function stopWaiting() {
  swapping = null;
  main.removeAttribute("aria-busy");
}

/** Shows `nodes` as the page, with the focus where it was. */
function show(nodes, title) {
  const focused = document.activeElement;
  const landmark = LANDMARKS.find((selector) => focused?.matches(selector));
  const hadFocus = main.contains(focused);
  main.replaceChildren(...nodes);
  document.title = title;
  enhance();
  if (hadFocus)
    (main.querySelector(landmark ?? LANDMARKS[0]) ?? main).focus({
      preventScroll: true,
    });
}

/** Adds what only works with this script, and keeps the page for the way back. */
function enhance() {
  document.documentElement.classList.add("scripted");
  setMotion(main);
  history.replaceState({ html: main.innerHTML, title: document.title }, "");
}

/** Lets the picture in `root` move or stand still, and its button say so. */
function setMotion(root) {
  const button = root.querySelector(".motion-button");
  if (!button) return;
  root.querySelector(".picture source").media = isStill ? "all" : "not all";
  root.querySelector(".motion-link")?.remove();
  button.hidden = false;
  button.classList.toggle("is-still", isStill);
  button.querySelector(".motion-label").textContent = isStill ? "Play" : "Pause";
}

/** Resolves when the picture in `root` can be shown without a flash, or has taken too long. */
async function pictureOf(root) {
  const image = root.querySelector(".gif");
  if (!image) return;
  const picture = new Image();
  picture.src = isStill ? root.querySelector(".picture source").srcset : image.src;
  const patience = new Promise((resolve) => setTimeout(resolve, PICTURE_PATIENCE_MS));
  await Promise.race([picture.decode().catch(() => {}), patience]);
}

/** Tells screen readers; a trouble is shown to everybody. */
function announce(text, isTrouble = false) {
  announcer.className = isTrouble ? "trouble" : "visually-hidden";
  announcer.textContent = text;
}

function textsOf(...selectors) {
  const texts = selectors.map((selector) => main.querySelector(selector)?.textContent);
  return texts.filter(Boolean).join(". ");
}

function scriptOf(page) {
  return page.querySelector("script")?.getAttribute("src");
}

document.addEventListener("click", (event) => {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  if (event.target.closest(".motion-button")) {
    isStill = !isStill;
    setMotion(main);
  }
  const link = event.target.closest("[data-another]");
  if (!link) return;
  event.preventDefault();
  swap(link.href);
});

document.addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey || event.shiftKey) return;
  if (event.key !== " " && event.key.toLowerCase() !== "n") return;
  // The space bar on another link or control belongs to it.
  if (event.key === " " && event.target.closest("a:not([data-another]), button")) return;
  const link = main.querySelector("[data-another]");
  if (!link) return;
  event.preventDefault();
  if (!event.repeat) swap(link.href);
});

// Back and forward show the dogs and numbers that were there; nothing is counted anew.
addEventListener("popstate", (event) => {
  if (!event.state?.html) return;
  swapping?.abort();
  stopWaiting();
  const template = document.createElement("template");
  template.innerHTML = event.state.html;
  setMotion(template.content);
  show([...template.content.childNodes], event.state.title);
  announce(textsOf(".title", ".visitor", ".sentence"));
});

reducedMotion.addEventListener("change", () => {
  isStill = reducedMotion.matches;
  setMotion(main);
});

// A reload should show another dog, too: the address says which one was seen.
const address = main.querySelector("[data-address]")?.dataset.address;
if (address && location.pathname === "/") history.replaceState(null, "", address);
enhance();
