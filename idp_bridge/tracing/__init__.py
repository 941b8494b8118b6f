"""What happened in a login that was refused? Kept under its reference number."""
