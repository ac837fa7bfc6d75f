"""`./dev bench`: measures, and compares with the goals."""
