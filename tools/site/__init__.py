"""The documentation as a site: a tree of pages as they lie in the project, and MkDocs over it."""
