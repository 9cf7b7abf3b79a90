"""The HTTP API for other systems: they report interactions and read invitations, responses and cases."""

from __future__ import annotations

from cxbot.api.routes import mount

__all__ = ["mount"]
