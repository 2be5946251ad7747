// The real Socket.IO server with its own defaults. Rooms only: what others in the room publish reaches a member.
"use strict";
const { createServer } = require("node:http");
const { Server } = require("socket.io");

const http = createServer();
const io = new Server(http);

io.on("connection", (socket) => {
  socket.on("join", (room, done) => {
    socket.join(room);
    done();
  });
  socket.on("publish", (room, data) => socket.to(room).emit("message", data));
});

http.listen(0, "127.0.0.1", () => console.log(`listening ${http.address().port}`));

function stop() {
  io.close(() => process.exit(0));
}
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
// Standard input ends when the parent is gone, even if it was killed.
process.stdin.on("end", stop).resume();
