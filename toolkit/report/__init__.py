"""Tells the computed results: the leadership page, the notebooks' pages, and their publication.

Nothing is imported here, so that finding a build unchanged stays cheap: import the module that is needed.
"""
