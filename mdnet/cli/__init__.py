"""Click commands, by subject: options in, one use case, echo, exit code."""

import gc

gc.set_threshold(20_000)  # a command makes little garbage, and to look for it is a tenth of its start
