"""The REST APIs of the platforms, each with its own shapes, errors and manners."""
