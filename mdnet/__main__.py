"""`python -m mdnet`."""

from mdnet.cli.main import main

main(prog_name="mdnet")
