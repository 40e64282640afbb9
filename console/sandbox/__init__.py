"""A phone platform in a box: calls the webhook like the real one, hosts its REST API, notes what the caller heard."""
