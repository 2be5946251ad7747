// The real deepstream server with its own defaults and one endpoint; permissions and sign-in are open, as theirs are.
"use strict";
const { Deepstream } = require("@deepstream/server");
const endWithParent = require("../ending.js");

const WARNINGS = 2;
const options = { urlPath: "/deepstream-json" };
const server = new Deepstream({
  logLevel: WARNINGS,
  // Without this, it opens an MQTT port and others on all interfaces.
  connectionEndpoints: [{ type: "ws-json", options }],
  httpServer: { type: "default", options: { host: "127.0.0.1", port: 1 } },
  exitOnFatalError: true,
});
// Its check of the configuration refuses the port 0, by which a free one is taken; what runs then does not.
server.set("httpServer.options.port", 0);

server.on("started", () => console.log(`listening ${server.getServices().httpService.server.address().port}`));
server.on("stopped", () => process.exit(0));
server.start();
endWithParent(() => server.stop());
