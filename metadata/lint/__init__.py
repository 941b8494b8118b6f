"""What is wrong or unwise in metadata, by whose rules, and where does it stand?

The flow: :mod:`metadata.lint.reading` walks through a document and finds the place of
every element; :mod:`metadata.lint.linter` shows each entity, and then the document, to
every rule that a profile asks for; :mod:`metadata.lint.rules` are those rules, one
small function each, kept in :mod:`metadata.lint.registry`.
"""
