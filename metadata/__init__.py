"""Who are the other parties, and do we believe their XML?

A source (a file, later an address) is fetched, verified as a whole, checked and split
into one database row per entity. The registry reads an entity by its entityID and role
and asks at every use whether it is still valid. This package knows no HTTP framework.
"""
