"""`python -m exit_bridge`."""

from exit_bridge.cli import main

main()
