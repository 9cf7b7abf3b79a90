"""The front door: `python bot.py --help` says what it can do."""

from __future__ import annotations

from cxbot.cli import main

if __name__ == "__main__":
    main()
