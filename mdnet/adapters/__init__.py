"""The world outside: one module for each thing mdnet talks to."""
