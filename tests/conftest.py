"""Settings for all tests."""

import os

from hypothesis import settings

# The model that ships, whatever stronger one is installed here: results are compared with pages that were kept.
os.environ["MDNET_MATCHING"] = "small"

# A generated example may take as long as a busy machine needs: no test asserts absolute time.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
