"""How a cadence is described: its survey where that is another name, the days as they are said."""

from __future__ import annotations

import pytest
from test_cadence_commands import answer


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("cadence new nps every month on the 1st and 15th 10:00", "nps: every month on the 1st and the 15th at 10:00"),
        ("cadence new nps every month on the 22nd 10:00 as pulse", "pulse (nps): every month on the 22nd at 10:00"),
        ("周期 新建 nps 每月 1 日和 15 日 10:00", "nps：每月 1 日和 15 日 10:00"),
        ("週期 新增 nps 每月 15 日 10:00", "nps：每月 15 日 10:00"),
    ],
)
async def test_a_plan_reads_as_it_is_said(world, line, said):
    assert said in await answer(world, line)
