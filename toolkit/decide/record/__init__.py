"""The decision record: what was decided, on what, and the assumptions that a later build checks again."""
