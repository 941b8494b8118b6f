"""Who is looking at our own pages, and may they? Sessions, rights and the guard.

::

    request ──▶ access      which right does the route need? nobody said: refused
                   │
                people      the session of this browser, if it is not too old
                   │
                access      the person, read anew from the permission store, and the
                   │        rights of their role; for a write also the token of the form
                   ▼
                 view
"""
