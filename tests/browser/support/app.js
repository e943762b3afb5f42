// Starts the real program on a free port with a database of its own, and ends it whatever happens.

import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const START_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 10_000;

const program = process.env.DOG_GIF_APP;
if (!program) throw new Error("DOG_GIF_APP must be the path of the dog-gif-app binary");

/** What is to be gone when this process is; each child with the function that stops it. */
const running = new Map();
const folders = new Set();

process.on("exit", () => {
  for (const child of running.keys()) child.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));

/** Starts the app; `gifs` are the only ones in its catalogue, without them the bundled ones are. */
export async function startApp({ gifs, environment = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "dog-gif-app-browser-"));
  folders.add(folder);
  const env = settings(folder, environment);
  if (gifs) await fill(folder, env, gifs);
  return serve(env);
}

/** Stops every app that was started, also those whose start failed half-way. */
export async function stopApps() {
  await Promise.all([...running.values()].map((stop) => stop()));
}

/** Settings whose database is a port where nobody listens. */
export async function databaseDown() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return {
    MYSQL_HOST: "127.0.0.1",
    MYSQL_PORT: String(port),
    MYSQL_USER: "nobody",
    MYSQL_DATABASE: "nothing",
    MYSQL_PASSWORD: "none",
    VISIT_TIMEOUT_SECONDS: "1",
  };
}

function settings(folder, environment) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("MYSQL_"));
  return {
    ...Object.fromEntries(inherited),
    BIND: "127.0.0.1",
    PORT: "0",
    OPS_PORT: "0",
    DATA_DIR: join(folder, "data"),
    LOG_FORMAT: "json",
    LOG_LEVEL: "info",
    ...environment,
  };
}

/** Replaces the bundled dogs, which a new database gets when it is first served. */
async function fill(folder, env, gifs) {
  const first = await serve(env);
  const { gifs: bundled } = await (await fetch(`${first.origin}/api/v1/gifs?limit=100`)).json();
  await first.stop();
  const run = (...words) => promisify(execFile)(program, ["gifs", ...words], { env });
  for (const { slug } of bundled) await run("remove", slug);
  for (const [index, { bytes, title }] of gifs.entries()) {
    const file = join(folder, `${index}.gif`);
    writeFileSync(file, bytes);
    await run("add", file, "--title", title, "--alt", `A picture called ${title}`);
  }
}

async function serve(env) {
  const child = spawn(program, ["serve"], { env, stdio: ["ignore", "pipe", "pipe"] });
  const exited = new Promise((resolve) => child.once("exit", resolve).once("error", resolve));
  exited.then(() => running.delete(child));
  const stop = async () => {
    child.kill("SIGTERM");
    const patience = setTimeout(() => child.kill("SIGKILL"), STOP_DEADLINE_MS);
    await exited;
    clearTimeout(patience);
  };
  running.set(child, stop);
  return { origin: `http://${await address(child)}`, stop };
}

/** The address of the website, as the line "Listening" tells it. */
function address(child) {
  return new Promise((resolve, reject) => {
    const output = [];
    const patience = setTimeout(() => fail("did not listen in time"), START_DEADLINE_MS);
    const fail = (why) => {
      clearTimeout(patience);
      reject(new Error(`${program} ${why}\n${output.join("\n")}`));
    };
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code) => fail(`ended with ${code}`));
    createInterface({ input: child.stderr }).on("line", (line) => output.push(line));
    createInterface({ input: child.stdout }).on("line", (line) => {
      output.push(line);
      if (output.length > 100) output.shift();
      if (!line.includes('"Listening"')) return;
      clearTimeout(patience);
      resolve(JSON.parse(line).address);
    });
  });
}
