// The real SocketCluster server with its own defaults; members publish to a channel themselves.
"use strict";
const { createServer } = require("node:http");
const socketClusterServer = require("socketcluster-server");
const endWithParent = require("../ending.js");

const http = createServer();
const server = socketClusterServer.attach(http);

http.listen(0, "127.0.0.1", () => console.log(`listening ${http.address().port}`));

endWithParent(async () => {
  await server.close();
  process.exit(0);
});
