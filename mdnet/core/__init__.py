"""Pure rules: bytes, text, dates and values in; values out."""
