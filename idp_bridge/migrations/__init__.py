"""How did the tables become what they are? Alembic's folder; one file per version."""
