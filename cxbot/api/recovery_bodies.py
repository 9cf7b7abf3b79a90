"""The steps of a case and its goodwill: what another system sends, and what it reads."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from cxbot.api.answers import Time
from cxbot.api.bodies import identifier
from cxbot.api.case_bodies import CaseActionAnswer, CaseActionBody, Identifier, Said, Wanted

LONGEST_REASON = 200


def _amount(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else identifier(value)


Amount = Annotated[str, BeforeValidator(_amount, json_schema_input_type=str | int | float)]


class StepBody(CaseActionBody):
    """Which step of the checklist, and whether it is done."""

    step: Annotated[str, BeforeValidator(identifier), Field(max_length=200)] = Field(
        "", description="The id of the step, or its number; absent: the next that is open.", examples=["apologise"]
    )
    done: bool = Field(True, description="false: it is not done after all, and open again.", examples=[True])

    @model_validator(mode="after")
    def _named(self) -> Self:
        if not self.done and not self.step:
            raise PydanticCustomError("step", "Name the step that is open again")
        return self


class GoodwillBody(CaseActionBody):
    """What the customer is given for the trouble, and why."""

    amount: Annotated[Amount, Field(min_length=1, max_length=40)] = Field(
        description="In the currency of the team's budget, which may stand beside it.", examples=["20.00"]
    )
    reason: Annotated[Wanted, Field(max_length=LONGEST_REASON)] = Field(
        description="What for; the customer does not read it.", examples=["late delivery"]
    )
    told: Said = Field(
        "", description="What the customer is told once it is granted; absent: nothing.", examples=["We credit you 20."]
    )
    preview: bool = Field(False, description="true: only what they would read; nothing is given.", examples=[False])


class DecisionBody(CaseActionBody):
    """Which goodwill is decided on."""

    grant: Identifier = Field(
        description="The id of the goodwill that waits, from when it was asked for or from the goodwill of the case.",
        examples=["01JD3Z8Q6T4M"],
    )


class Step(BaseModel):
    """One step of the checklist of a case."""

    id: str
    number: int
    label: str
    done: bool
    by: str = Field(description="The name of who ticked it.")
    at: Time = Field(description="When it was ticked or opened again.")
    ticked_by: Literal["", "reply", "contacted", "resolve"] = Field(description="The action that ticks it by itself.")
    playbook: str


class StepList(BaseModel):
    """The checklist of a case, in order; empty where no playbook suits it."""

    items: list[Step]


class StepAnswer(CaseActionAnswer):
    """A step that was ticked or opened again, with the whole checklist as it is now."""

    steps: list[Step]


class Grant(BaseModel):
    """Goodwill that was given or asked for. Amounts are decimals in the currency."""

    id: str
    amount: str
    currency: str
    reason: str
    state: Literal["asked", "granted", "refused", "withdrawn", "expired"]
    asked_by: str = Field(description="The name of who asked for it, or gave it.")
    asked_at: Time
    decided_by: str
    decided_at: Time
    lapses_at: Time = Field(description="By when it has to be decided on; '' where it is.")


class GoodwillAnswer(CaseActionAnswer):
    """Goodwill that was given, asked for or decided on."""

    goodwill: Grant | None = Field(description="null in a preview.")


class BudgetLeft(BaseModel):
    """What the team of a case may give, and what is left. Amounts are decimals in the currency."""

    currency: str
    each: str = Field(description="The most of one grant without asking.")
    customer_left: str = Field(description="What is left for this customer, of what one may get in 90 days.")
    team_left: str = Field(description="What is left of the team's month.")
    without_asking: str = Field(description="The most that can be given in this case now without a second person.")


class CaseGoodwill(BaseModel):
    """Everything that was given and asked for in a case, oldest first, and what may still be given."""

    items: list[Grant]
    budget: BudgetLeft | None = Field(description="null where the team gives no goodwill.")
