"""The followers, in a process of their own: encrypted messages on open connections, and how long each waited.

A job comes as JSON on standard input, what came of it goes as JSON to standard output.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from bench.load import Load
from bench.wechat import company


async def work(job: dict[str, Any]) -> dict[str, Any]:
    """Does a job: url, kind, connections, rate (0: as it goes), longest, and people by number."""
    requests = [company.request(job["url"], job["kind"], n) for n in job["people"]]
    load = Load(requests, job["rate"], job["longest"], expected=b"Encrypt")
    seconds = await load.run(job["url"], job["connections"])
    return load.came(seconds)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(work(json.load(sys.stdin)))))
