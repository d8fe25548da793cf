"""``python -m stance``."""

from stance.commands import main

main()
