"""What can be looked up: the registries as records, pages and schemas."""
