"""How much memory a process holds."""

from __future__ import annotations

import re
from pathlib import Path


def resident(process: int | str) -> int:
    """The resident size of a process in bytes; 0 where the system does not say (it is read as Linux tells it)."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0
