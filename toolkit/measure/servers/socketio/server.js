// The real Socket.IO server with its own defaults, and with its recovery of broken connections, which is off by default.
// Rooms only: what others in the room publish reaches a member.
"use strict";
const { createServer } = require("node:http");
const { Server } = require("socket.io");
const endWithParent = require("../ending.js");

const http = createServer();
const io = new Server(http, { connectionStateRecovery: {} });

io.on("connection", (socket) => {
  socket.on("join", (room, done) => {
    socket.join(room);
    done();
  });
  socket.on("publish", (room, data) => socket.to(room).emit("message", data));
});

http.listen(0, "127.0.0.1", () => console.log(`listening ${http.address().port}`));

endWithParent(() => io.close(() => process.exit(0)));
