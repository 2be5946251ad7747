// deepstream's default HTTP service runs on Node's own; only its `uws` service would load the real package.
"use strict";
module.exports = {};
