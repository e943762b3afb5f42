// A headless Chromium of this machine; nothing is downloaded.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const SCREENSHOTS = fileURLToPath(new URL("../../../target/screenshots/", import.meta.url));
const DEADLINE_MS = 15_000;

export const PHONE = { width: 390, height: 844 };
export const WIDE = { width: 1280, height: 800 };

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * Opens `path` and answers with the page and its complaints: console errors, exceptions, violations of
 * the Content-Security-Policy and requests to other origins.
 */
export async function open(browser, app, path, { method = "GET", ...options } = {}) {
  const context = await browser.newContext({ viewport: WIDE, ...options });
  context.setDefaultTimeout(DEADLINE_MS);
  const page = await context.newPage();
  const complaints = [];
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  page.on("console", (message) => {
    if (!["error", "warning"].includes(message.type())) return;
    // Chromium reports every page that is an error, which is what was asked for.
    const isThePage =
      message.location().url === page.url() && /status of [45]/.test(message.text());
    if (!isThePage) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== app.origin && protocol !== "data:") complaints.push(`left: ${request.url()}`);
  });
  if (method !== "GET") {
    await page.route(app.origin + path, (route) => route.continue({ method }));
  }
  const response = await page.goto(app.origin + path);
  return { page, context, response, complaints };
}

/** What a visitor sees of the dog. */
export async function seen(page) {
  return {
    title: await page.locator("h1").innerText(),
    visitor: await visitor(page),
    gif: await page.locator("img.gif").getAttribute("src"),
  };
}

/** The visitor's number. */
export async function visitor(page) {
  const text = await page.locator(".visitor").innerText();
  const [, number] = /^You are visitor\s+(\d[\d,]*)$/.exec(text) ?? assert.fail(text);
  return Number(number.replaceAll(",", ""));
}

/** Does `action` and waits until the page shows another number. */
export async function another(page, action) {
  const before = await page.locator(".visitor").innerText();
  await action();
  await page.waitForFunction(
    (before) => {
      const visitor = document.querySelector(".visitor");
      return visitor && visitor.innerText !== before && !document.querySelector("[aria-busy]");
    },
    before,
    { timeout: DEADLINE_MS },
  );
}

/** Whether the picture changes before `deadline_ms` have passed. */
export async function moves(page, deadline_ms) {
  const picture = page.locator(".stage");
  const first = await picture.screenshot();
  const end = Date.now() + deadline_ms;
  while (Date.now() < end) {
    if (!first.equals(await picture.screenshot())) return true;
  }
  return false;
}

/** With SCREENSHOTS=1, writes what the page looks like to target/screenshots/. */
export async function photograph(page, name) {
  if (process.env.SCREENSHOTS !== "1") return;
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}${name}.png`, fullPage: true });
}
