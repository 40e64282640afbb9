"""What should be: the rule files of operations people, and the engine that reads them."""
