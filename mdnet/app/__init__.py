"""Use cases: each a short function that reads like the sentence that describes it."""
