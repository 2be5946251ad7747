// The real soketi server with its own defaults and one application, whose members publish to a channel themselves.
"use strict";
const { Server } = require("@soketi/soketi");
const uWS = require("uWebSockets.js");
const endWithParent = require("../ending.js");

// It greets on standard output; the only word there is the port.
console.log = console.error;

const application = { id: "bakeoff", key: "bakeoff", secret: "bakeoff", enableClientMessages: true };
const server = new Server({
  host: "127.0.0.1",
  port: 0,
  // Names with dots: a nested object would replace the defaults beside it.
  "metrics.host": "127.0.0.1",
  "metrics.port": 0,
  "appManager.array.apps": [application],
});

server.start((started) => {
  if (!started.serverProcess) {
    console.error("it could not listen on 127.0.0.1");
    process.exit(1);
  }
  process.stdout.write(`listening ${uWS.us_socket_local_port(started.serverProcess)}\n`);
});
// Its own stop waits three seconds for clients to leave, and they have left by then.
endWithParent(() => process.exit(0));
