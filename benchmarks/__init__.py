"""How much does a login cost, beside the cryptography that nobody can avoid?

``make bench`` measures the floor and the bridge in one run on the same machine, so that
what counts is the ratio and not the machine.
"""
