"""`hookswitch tail`: events as they are done, on a terminal or as lines."""
