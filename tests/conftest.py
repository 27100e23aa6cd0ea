"""Settings for all tests."""

from hypothesis import settings

# A generated example may take as long as a busy machine needs: no test asserts absolute time.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
