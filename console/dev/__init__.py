"""Everything in one terminal: `hookswitch dev` and what it sets up on its first start."""
