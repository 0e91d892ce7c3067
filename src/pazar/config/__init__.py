"""Settings, root URLs, ASGI, the command line: the only place that knows everything."""
