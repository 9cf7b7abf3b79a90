"""The HTTP API for other systems: they report interactions, read what came of them, and work on cases."""

from __future__ import annotations

from cxbot.api.routes import mount

__all__ = ["mount"]
