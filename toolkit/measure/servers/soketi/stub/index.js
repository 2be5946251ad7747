// msgpackr asks for this inside a try, and takes its own JavaScript where it fails.
"use strict";
throw new Error("not built");
