"""What do the pages of administrators cost when the permission store is large?"""
