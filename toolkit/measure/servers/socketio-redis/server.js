// Two real Socket.IO nodes behind one port, as Node's cluster deals connections out, and a real Redis between them.
"use strict";
const { spawn } = require("node:child_process");
const cluster = require("node:cluster");
const { mkdtempSync, rmSync } = require("node:fs");
const { createServer } = require("node:http");
const { tmpdir } = require("node:os");
const path = require("node:path");
const { createAdapter } = require("@socket.io/redis-adapter");
const { createClient } = require("redis");
const { Server } = require("socket.io");
const endWithParent = require("../ending.js");

const NODES = 2;

/** Redis on a socket file in a folder of its own, which keeps nothing and which no other program finds. */
function startRedis(executable, folder) {
  const socket = path.join(folder, "redis.sock");
  const place = ["--port", "0", "--unixsocket", socket, "--dir", folder];
  const settings = [...place, "--save", "", "--appendonly", "no", "--loglevel", "warning"];
  const redis = spawn(executable, settings, { stdio: ["ignore", 2, 2] });
  redis.on("error", (error) => fail(`redis-server did not start: ${error.message}`));
  redis.on("exit", (code) => fail(`redis-server ended with ${code}`));
  return { redis, socket };
}

let folder;

function fail(words) {
  console.error(words);
  leave(1);
}

function leave(code) {
  if (folder) rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}

/** Starts Redis and the nodes; says the port once all of them answer. */
function lead(executable) {
  folder = mkdtempSync(path.join(tmpdir(), "bakeoff-redis-"));
  const { redis, socket } = startRedis(executable, folder);
  let ready = 0;
  cluster.on("listening", (worker, address) => {
    ready += 1;
    if (ready === NODES) console.log(`listening ${address.port}`);
  });
  cluster.on("exit", (worker, code) => fail(`a node ended with ${code}`));
  for (let node = 0; node < NODES; node += 1) cluster.fork({ REDIS_SOCKET: socket });

  endWithParent(() => {
    redis.removeAllListeners("exit");
    cluster.removeAllListeners("exit");
    for (const worker of Object.values(cluster.workers)) worker.process.kill("SIGTERM");
    redis.once("exit", () => leave(0));
    redis.kill("SIGTERM");
  });
}

/** One node: rooms only, and what others in the room publish reaches a member, on whichever node it is. */
async function serve(socketPath) {
  const publishing = createClient({ socket: { path: socketPath } });
  publishing.on("error", (error) => console.error(`Redis: ${error.message}`));
  const subscribing = publishing.duplicate();
  subscribing.on("error", (error) => console.error(`Redis: ${error.message}`));
  await Promise.all([publishing.connect(), subscribing.connect()]);

  const http = createServer();
  const io = new Server(http, { adapter: createAdapter(publishing, subscribing) });
  io.on("connection", (socket) => {
    socket.on("join", async (room, done) => {
      await socket.join(room);
      done();
    });
    socket.on("publish", (room, data) => socket.to(room).emit("message", data));
  });
  http.listen(0, "127.0.0.1");
  process.on("SIGTERM", () => process.exit(0));
  process.on("disconnect", () => process.exit(0));
}

if (cluster.isPrimary) lead(process.argv[2]);
else serve(process.env.REDIS_SOCKET);
