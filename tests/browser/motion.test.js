// Who asked for less motion gets a still picture, and everybody can pause.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startApp, stopApps } from "./support/app.js";
import { another, launch, moves, open, photograph } from "./support/browser.js";

const STILL_FOR_MS = 1_500;

let browser, app;

before(async () => {
  browser = await launch();
  app = await startApp();
});

after(async () => {
  await Promise.all([browser?.close(), stopApps()]);
});

function shown(page) {
  return page.locator("img.gif").evaluate((image) => new URL(image.currentSrc).pathname);
}

async function showsA(page, ending) {
  await page.waitForFunction(
    (ending) => document.querySelector("img.gif").currentSrc.endsWith(ending),
    ending,
  );
  await page.locator("img.gif").evaluate((image) => image.decode());
}

test("reduced motion shows the still, and Play plays it", async () => {
  const { page, context } = await open(browser, app, "/", { reducedMotion: "reduce" });
  const fetched = [];
  page.on("request", (request) => fetched.push(new URL(request.url()).pathname));
  assert.match(await shown(page), /\.png$/);
  assert.equal(await moves(page, STILL_FOR_MS), false);
  await photograph(page, "dog-still-1280-light");
  await page.getByRole("button", { name: "Play" }).click();
  await showsA(page, ".gif");
  assert.ok(await moves(page, 10_000));
  await page.getByRole("button", { name: "Pause" }).click();
  await showsA(page, ".png");
  assert.equal(await moves(page, STILL_FOR_MS), false);
  await context.close();
});

test("reduced motion stands still again with the next dog, and fetches no animation for it", async () => {
  const { page, context } = await open(browser, app, "/", { reducedMotion: "reduce" });
  await page.getByRole("button", { name: "Play" }).click();
  await showsA(page, ".gif");
  const fetched = [];
  page.on("request", (request) => fetched.push(new URL(request.url()).pathname));
  await another(page, () => page.keyboard.press("n"));
  assert.match(await shown(page), /\.png$/);
  assert.deepEqual(
    fetched.filter((path) => path.endsWith(".gif")),
    [],
  );
  await context.close();
});

test("reduced motion without JavaScript shows the still and a link to the animation", async () => {
  const { page, context } = await open(browser, app, "/", {
    reducedMotion: "reduce",
    javaScriptEnabled: false,
  });
  assert.equal(await moves(page, STILL_FOR_MS), false);
  assert.equal(await page.getByRole("button").count(), 0);
  await page.getByRole("link", { name: "Play" }).click();
  await page.waitForURL(/\/gifs\/[0-9a-f]{64}\.gif$/);
  await context.close();
});

test("a pause holds for the dogs that follow, until Play", async () => {
  const { page, context } = await open(browser, app, "/");
  assert.equal(await page.getByRole("link", { name: "Play" }).count(), 0);
  await page.getByRole("button", { name: "Pause" }).focus();
  await page.keyboard.press("Space");
  await showsA(page, ".png");
  await another(page, () => page.keyboard.press("n"));
  assert.match(await shown(page), /\.png$/);
  assert.equal(await page.evaluate(() => document.activeElement.innerText.trim()), "Play");
  await page.keyboard.press("Enter");
  await showsA(page, ".gif");
  await another(page, () => page.keyboard.press("n"));
  assert.match(await shown(page), /\.gif$/);
  await context.close();
});
