// What the Node servers share: each ends with its parent, politely or not.
"use strict";

/** Calls `stop` once: on SIGTERM, on SIGINT, and when the parent is gone, even killed: then standard input ends. */
module.exports = function endWithParent(stop) {
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  process.stdin.once("end", stop).resume();
};
