"""The API described as OpenAPI 3.1, made from the same table and models that serve it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from cxbot.api.answers import ErrorAnswer
from cxbot.api.serving import PREFIX, REPLAYED, Endpoint

REF = "#/components/schemas/{model}"
REFUSALS = {
    400: "The body cannot be read as what it should be.",
    401: "There is no token, or it opens nothing.",
    403: "Who is named as acting may not do that.",
    404: "There is no such thing.",
    409: "The id came before with another body, or what it is about does not allow this now; the code says which.",
    413: "The body is too large.",
    415: "The body is of another type.",
    422: "There are mistakes in it; the details name every one.",
}


def describe(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """The whole description."""
    endpoints = tuple(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "cxbot",
            "version": "1",
            "description": "Report what happens to customers; read who was asked and what they said; work on cases.",
        },
        "servers": [{"url": PREFIX}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(endpoints),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _schemas(endpoints: tuple[Endpoint, ...]) -> dict[str, Any]:
    given = {endpoint.body for endpoint in endpoints if endpoint.body}
    shown: set[type[BaseModel]] = {endpoint.answer for endpoint in endpoints} | {ErrorAnswer}
    _, described = models_json_schema(
        [
            *((model, "validation") for model in sorted(given, key=lambda model: model.__name__)),
            *((model, "serialization") for model in sorted(shown, key=lambda model: model.__name__)),
        ],
        ref_template=REF,
    )
    schemas: dict[str, Any] = described["$defs"]
    return schemas


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "parameters": [*_path_parameters(endpoint), *_query_parameters(endpoint)],
        "responses": {
            str(endpoint.status): _answer(endpoint.answer, endpoint.summary),
            **{str(status): _answer(ErrorAnswer, REFUSALS[status]) for status in (401, *endpoint.refusals)},
        },
    }
    if endpoint.repeatable:
        operation["responses"][str(endpoint.status)]["headers"] = {
            REPLAYED: {"schema": {"type": "string"}, "description": "true where the same body came before."}
        }
    if endpoint.takes:
        operation["requestBody"] = {"required": True, "content": {endpoint.takes: {"schema": {"type": "string"}}}}
    if endpoint.body is not None:
        operation["requestBody"] = {"required": True, "content": _content(endpoint.body)}
    return operation


def _path_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    if "{id}" not in endpoint.path:
        return []
    found = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    if endpoint.path.startswith("/interactions"):
        words = "The source of the id, where it is not the token's name."
        found.append(
            {"name": "source", "in": "query", "required": False, "description": words, "schema": {"type": "string"}}
        )
    return found


def _query_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    if endpoint.query is None:
        return []
    properties: dict[str, dict[str, Any]] = endpoint.query.model_json_schema()["properties"]
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": schema.pop("description", ""),
            "schema": schema,
        }
        for name, schema in properties.items()
    ]


def _answer(model: type[BaseModel], description: str) -> dict[str, Any]:
    return {"description": description, "content": _content(model)}


def _content(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": REF.format(model=model.__name__)}}}
