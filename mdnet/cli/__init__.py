"""Click commands, by subject: options in, one use case, echo, exit code."""
