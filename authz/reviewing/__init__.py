"""Does every user still need every permission? Asked once a year, user by user."""
