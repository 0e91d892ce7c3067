"""`python -m pazar` is the `pazar` command."""

from pazar.config.cli import main

main()
