"""What may the administrators of one organisation see and change?"""
