"""How much does a login cost, and how much does a whole federation?

Everything is measured beside something that nobody can avoid, or beside the same bridge
with less to do, in one run on the same machine: what counts is the ratio and not the
machine. ``make bench`` runs all of it.
"""
