"""The web console: what people see of the calls, and the few things they may do. It holds no API key."""
