"""`python -m mdnet`."""

from mdnet.cli.start import main

main()
