// The page of a dog: what it shows, and what "Another dog" does.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { databaseDown, startApp, stopApps } from "./support/app.js";
import { PHONE, WIDE, another, launch, moves, open, seen, visitor } from "./support/browser.js";
import { gif } from "./support/gif.js";

/** Three dogs of sizes and titles that differ as they can. */
const MIXED = [
  { bytes: gif(320, 240), title: "Usual" },
  { bytes: gif(400, 60), title: "Long dog of many breeds" },
  { bytes: gif(60, 400), title: "Tall" },
];

/** As many draws from two dogs pass once in 10^9 runs if the one seen last may come again. */
const CERTAIN_DRAWS = 30;

let browser, app, mixed, pair;

before(async () => {
  browser = await launch();
  [app, mixed, pair] = await Promise.all([
    startApp(),
    startApp({ gifs: MIXED }),
    startApp({ gifs: MIXED.slice(0, 2) }),
  ]);
});

after(async () => {
  await Promise.all([browser?.close(), stopApps()]);
});

async function visits(app) {
  return (await (await fetch(`${app.origin}/api/v1/visits`)).json()).total;
}

test("the page shows a dog, its title, its credit and the visitor's own number", async () => {
  const { page, context, response } = await open(browser, app, "/");
  assert.equal(response.status(), 200);
  const image = page.locator("img.gif");
  assert.ok(await image.evaluate((image) => image.decode().then(() => image.naturalWidth > 0)));
  assert.ok((await image.getAttribute("alt")).length > 10);
  const dog = await seen(page);
  assert.ok(dog.title.length > 0);
  assert.equal(await page.title(), `${dog.title} · Dog Gif App`);
  assert.equal(dog.visitor, await visits(app));
  assert.match(await page.locator(".credit").innerText(), /CC0/);
  assert.match(await page.locator(".more").innerText(), /one of \d+ dogs/);
  await context.close();
});

test("the permalink shows the same dog to the next visitor", async () => {
  const { page, context } = await open(browser, app, "/");
  const before = await seen(page);
  await page.getByRole("link", { name: "Link to this dog" }).click();
  await page.waitForURL(/\/dogs\/[a-z0-9-]+$/);
  const after = await seen(page);
  assert.deepEqual(after, { ...before, visitor: before.visitor + 1 });
  await context.close();
});

test("the gif moves", async () => {
  const { page, context } = await open(browser, app, "/");
  assert.ok(await moves(page, 10_000));
  await context.close();
});

test("the button gives another dog and the next number without loading the page anew", async () => {
  const { page, context } = await open(browser, app, "/");
  await page.evaluate(() => (window.isTheSamePage = true));
  const before = await seen(page);
  await another(page, () => page.getByRole("link", { name: "Another dog" }).click());
  const after = await seen(page);
  assert.notEqual(after.gif, before.gif);
  assert.equal(after.visitor, before.visitor + 1);
  assert.equal(await page.title(), `${after.title} · Dog Gif App`);
  assert.ok(await page.evaluate(() => window.isTheSamePage));
  await context.close();
});

test("the button gives another dog and the next number without JavaScript", async () => {
  const { page, context } = await open(browser, app, "/", { javaScriptEnabled: false });
  const before = await seen(page);
  await page.getByRole("link", { name: "Another dog" }).click();
  await page.waitForURL(/after=/);
  const after = await seen(page);
  assert.notEqual(after.gif, before.gif);
  assert.equal(after.visitor, before.visitor + 1);
  await context.close();
});

test("the space bar and n give another dog, and space on another link does not", async () => {
  const { page, context } = await open(browser, app, "/");
  for (const key of ["Space", "n"]) {
    const before = await seen(page);
    await another(page, () => page.keyboard.press(key));
    const after = await seen(page);
    assert.notEqual(after.gif, before.gif, key);
    assert.equal(after.visitor, before.visitor + 1, key);
  }
  const before = await visits(app);
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.locator(".permalink").focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Control+n");
  // Whatever the keys had asked for would stand before this, and be counted by then.
  await page.evaluate(() => fetch("/api/v1/visits").then((answer) => answer.text()));
  assert.deepEqual(asked, [`${app.origin}/api/v1/visits`]);
  assert.equal(await visits(app), before);
  await context.close();
});

test("the same dog never comes twice in a row, by button or by reload", async () => {
  const { page, context } = await open(browser, pair, "/");
  const titles = [(await seen(page)).title];
  for (let draw = 0; draw < CERTAIN_DRAWS; draw++) {
    await another(page, () => page.keyboard.press("n"));
    titles.push((await seen(page)).title);
  }
  for (let draw = 0; draw < CERTAIN_DRAWS; draw++) {
    await page.reload();
    titles.push((await seen(page)).title);
  }
  const twice = titles.filter((title, index) => title === titles[index - 1]);
  assert.deepEqual(twice, []);
  await context.close();
});

test("a swap keeps the focus on the button and tells screen readers the dog and the number", async () => {
  const { page, context } = await open(browser, app, "/");
  await page.getByRole("link", { name: "Another dog" }).focus();
  await another(page, () => page.keyboard.press("Enter"));
  assert.equal(await page.evaluate(() => document.activeElement.innerText), "Another dog");
  const { title, visitor } = await seen(page);
  const said = await page.getByRole("status").textContent();
  assert.ok(said.includes(title) && said.replaceAll(",", "").includes(`visitor ${visitor}`), said);
  await context.close();
});

test("a swap shows the picture only when it can be painted", async () => {
  const { page, context } = await open(browser, app, "/");
  await page.route("**/*.gif", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    await route.continue();
  });
  await page.evaluate(() => {
    window.states = [];
    new MutationObserver(() => {
      const image = document.querySelector("img.gif");
      window.states.push(image !== null && image.complete && image.naturalWidth > 0);
    }).observe(document.getElementById("main"), { childList: true });
  });
  await another(page, () => page.keyboard.press("n"));
  await another(page, () => page.keyboard.press("n"));
  assert.deepEqual(await page.evaluate(() => window.states), [true, true]);
  await context.close();
});

for (const viewport of [PHONE, WIDE]) {
  test(`the button stays where it is when dogs of other sizes follow, ${viewport.width} px wide`, async () => {
    const { page, context } = await open(browser, mixed, "/", { viewport });
    const boxes = new Set();
    const titles = new Set();
    while (titles.size < MIXED.length) {
      titles.add((await seen(page)).title);
      boxes.add(JSON.stringify(await page.locator(".button").boundingBox()));
      await another(page, () => page.keyboard.press("n"));
    }
    assert.equal(boxes.size, 1, [...boxes].join(" "));
    await context.close();
  });
}

test("back and forward show the dogs and numbers that were there and count nothing", async () => {
  const { page, context } = await open(browser, app, "/");
  const trail = [await seen(page)];
  for (let click = 0; click < 3; click++) {
    await another(page, () => page.keyboard.press("n"));
    trail.push(await seen(page));
  }
  const total = await visits(app);
  for (const dog of trail.slice(0, -1).reverse()) {
    await another(page, () => page.evaluate(() => history.back()));
    assert.deepEqual(await seen(page), dog);
  }
  await another(page, () => page.evaluate(() => history.forward()));
  assert.deepEqual(await seen(page), trail[1]);
  assert.equal(await visits(app), total);
  await another(page, () => page.getByRole("link", { name: "Another dog" }).click());
  assert.equal(await visitor(page), total + 1);
  await context.close();
});

test("a lost network leaves the dog and says so, and the next try works", async () => {
  const { page, context } = await open(browser, app, "/");
  const before = await seen(page);
  await context.setOffline(true);
  await page.getByRole("link", { name: "Another dog" }).click();
  await page.getByText("No answer. Is the network there?").waitFor({ state: "visible" });
  assert.deepEqual(await seen(page), before);
  await context.setOffline(false);
  await another(page, () => page.getByRole("link", { name: "Another dog" }).click());
  assert.equal(await page.getByText("No answer.").count(), 0);
  await context.close();
});

test("a swap while the database is down shows a dog and no number, and the way back to both", async () => {
  const down = await startApp({ environment: await databaseDown() });
  const { page, context } = await open(browser, app, "/");
  const unavailable = await (await fetch(`${down.origin}/`)).text();
  await down.stop();
  await page.route("**/?after=*", (route) =>
    route.fulfill({ status: 503, contentType: "text/html; charset=utf-8", body: unavailable }),
  );
  await page.keyboard.press("n");
  await page.getByText("Please try again in a moment.").first().waitFor();
  assert.equal(await page.locator(".visitor").count(), 0);
  assert.equal(await page.locator("img.gif").count(), 1);
  await page.unroute("**/?after=*");
  await page.getByRole("link", { name: "Try again" }).click();
  await page.locator(".visitor").waitFor();
  assert.equal(await visitor(page), await visits(app));
  await context.close();
});
