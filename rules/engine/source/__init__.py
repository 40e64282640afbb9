"""Text becomes nodes: YAML as rule files are written in it, each node with its line and column."""
