"""What the library of second factors is told, and the only place that knows its inside."""
