"""Says GO, NO-GO or HOLD for each phase of a chat migration; :mod:`toolkit.api` is the way in."""
