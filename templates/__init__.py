"""What does a person see? A package only so that the pages ship with the wheel."""
