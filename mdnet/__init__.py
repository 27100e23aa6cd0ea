"""mdnet: match what the people you know need to what you noted."""

__version__ = "0.1.0"
