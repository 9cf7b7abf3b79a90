"""From pydantic's findings to words a caller can act on: where, what is wrong, what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Sequence
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, from_json, to_json

from cxbot.api.bodies import InteractionBody
from cxbot.api.errors import Detail, Problem

Loc = tuple[int | str, ...]
M = TypeVar("M", bound=BaseModel)

LONGEST_NAME = 64


def read_json(raw: bytes) -> Any:
    """The JSON of a body; Problem 400 says at which line it stops being JSON."""
    try:
        return from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise Problem(
            400, "not_json", f"The body is not JSON: {_brief(str(error), 200)}.", "Send one JSON value in UTF-8."
        ) from None


def read_model(
    model: type[M], data: object, *, at: str = "", context: dict[str, Any] | None = None
) -> M | list[Detail]:
    """The checked model, or every mistake in it; `at` is put before each JSON pointer."""
    try:
        return model.model_validate(data, context=context)
    except ValidationError as error:
        return list(_details(model, error, at))


def read_interaction(
    data: object, now: int, channels: Collection[str] = (), *, at: str = ""
) -> InteractionBody | list[Detail]:
    """One interaction, or every mistake in it. `channels`: the names there are (none: any name will do)."""
    return read_model(InteractionBody, data, at=at, context={"now": now, "channels": channels})


def invalid(details: Sequence[Detail]) -> Problem:
    """The refusal of a body with mistakes."""
    mistakes = "one mistake" if len(details) == 1 else f"{len(details)} mistakes"
    return Problem(
        422,
        "invalid",
        f"There is {mistakes} in it." if len(details) == 1 else f"There are {mistakes} in it.",
        "Correct what the details name and send it again.",
        details,
    )


def _details(model: type[BaseModel], error: ValidationError, at: str) -> Iterator[Detail]:
    for found in error.errors(include_url=False, include_input=False):
        yield Detail(at + _pointer(found["loc"]), f"{_message(found)}.", _what_to_do(model, found))


def _pointer(loc: Loc) -> str:
    return "".join(f"/{_brief(str(part), LONGEST_NAME).replace('~', '~0').replace('/', '~1')}" for part in loc)


def _message(found: ErrorDetails) -> str:
    match found["type"]:
        case "missing":
            return "This is missing"
        case "extra_forbidden":
            return "There is no such key"
        case "model_type" | "dict_type":
            return "This is no JSON object"
        case _:
            return (
                found["msg"].replace("Input should be", "This is not").replace("not not", "not")
                if found["type"].endswith(("_type", "_parsing"))
                else found["msg"]
            )


def _what_to_do(model: type[BaseModel], found: ErrorDetails) -> str:
    *path, last = found["loc"] or ("",)
    parent, _ = _walk(model, tuple(path))
    if found["type"] == "extra_forbidden" and parent is not None:
        near = difflib.get_close_matches(_brief(str(last), LONGEST_NAME), list(parent.model_fields), n=1)
        if near:
            return f'Did you mean "{near[0]}"?'
        if "attributes" in parent.model_fields:
            return 'Remove it, or put it under "attributes".'
        return f"Remove it; there is {', '.join(parent.model_fields)}."
    target, field = _walk(model, found["loc"])
    if found["type"] == "person":
        return "Write at least an id, one address or a name."
    if field is not None:
        example = to_json((field.examples or [""])[0]).decode() if field.examples else ""
        return _sentence(field.description or "", example)
    if target is not None:
        return f"Write a JSON object with {', '.join(_required(target)) or 'the keys it may have'}."
    return "Write what the description of the API asks for."


def _sentence(description: str, example: str) -> str:
    return f"{description} Write, for example, {example}." if example else description


def _required(model: type[BaseModel]) -> list[str]:
    return [name for name, field in model.model_fields.items() if field.is_required()]


def _walk(model: type[BaseModel], loc: Loc) -> tuple[type[BaseModel] | None, FieldInfo | None]:
    """The model and the field a location leads to; None for either where it leads into neither."""
    here: type[BaseModel] | None = model
    field: FieldInfo | None = None
    for part in loc:
        if isinstance(part, int):
            continue
        field = here.model_fields.get(part) if here is not None else field
        here = _inner(field.annotation) if field is not None else None
    if here is not None and loc and isinstance(loc[-1], int):
        return here, None
    return here, field


def _inner(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for arg in get_args(annotation) if (found := _inner(arg)) is not None), None)


def _brief(text: str, most: int) -> str:
    """What a stranger wrote, short and printable, for it is shown again."""
    printable = "".join(sign if sign.isprintable() else "?" for sign in text[:most])
    return printable + "…" if len(text) > most else printable
