from __future__ import annotations

import re

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from cxbot import api
from cxbot.api.routes import PREFIX

PERSON = {"addresses": [{"channel": "web", "address": "customer:sam"}]}
BODY = {"id": "T-1", "touchpoint": "ticket", "outcome": "closed", "person": PERSON}
DOCUMENT = {
    # The parts of the OpenAPI 3.1 schema that this description makes use of.
    "type": "object",
    "required": ["openapi", "info", "paths", "components"],
    "additionalProperties": False,
    "properties": {
        "openapi": {"const": "3.1.0"},
        "info": {"type": "object", "required": ["title", "version"]},
        "servers": {"type": "array", "items": {"required": ["url"]}},
        "security": {"type": "array", "items": {"additionalProperties": {"type": "array"}}},
        "paths": {
            "propertyNames": {"pattern": "^/"},
            "additionalProperties": {
                "propertyNames": {"enum": ["get", "post"]},
                "additionalProperties": {"$ref": "#/$defs/operation"},
            },
        },
        "components": {
            "required": ["schemas", "securitySchemes"],
            "properties": {
                "schemas": {"propertyNames": {"pattern": r"^[a-zA-Z0-9._-]+$"}},
                "securitySchemes": {"additionalProperties": {"required": ["type", "scheme"]}},
            },
        },
    },
    "$defs": {
        "operation": {
            "required": ["operationId", "summary", "responses"],
            "additionalProperties": False,
            "properties": {
                "operationId": {"type": "string", "pattern": "^[a-zA-Z]+$"},
                "summary": {"type": "string", "minLength": 1},
                "parameters": {"type": "array", "uniqueItems": True, "items": {"$ref": "#/$defs/parameter"}},
                "requestBody": {"required": ["content"], "properties": {"content": {"$ref": "#/$defs/content"}}},
                "responses": {
                    "minProperties": 1,
                    "propertyNames": {"pattern": "^[1-5][0-9]{2}$"},
                    "additionalProperties": {
                        "required": ["description"],
                        "properties": {
                            "description": {"type": "string", "minLength": 1},
                            "content": {"$ref": "#/$defs/content"},
                        },
                    },
                },
            },
        },
        "parameter": {
            "required": ["name", "in", "schema"],
            "properties": {"in": {"enum": ["path", "query"]}, "schema": {"type": "object"}},
            "if": {"properties": {"in": {"const": "path"}}},
            "then": {"required": ["required"], "properties": {"required": {"const": True}}},
        },
        "content": {
            "minProperties": 1,
            "propertyNames": {"enum": ["application/json", "text/calendar"]},
            "additionalProperties": {"required": ["schema"]},
        },
    },
}


def references(part):
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def validator(document, name):
    registry = Registry().with_resource("urn:api", Resource.opaque(document))
    return Draft202012Validator({"$ref": f"urn:api#/components/schemas/{name}"}, registry=registry)


async def described(client):
    response = await client.get(f"{PREFIX}/openapi.json", headers={"Authorization": ""})
    assert response.status == 200
    return await response.json()


async def test_the_description_is_openapi_with_sound_schemas(client):
    document = await described(client)
    Draft202012Validator(DOCUMENT).validate(document)
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation["parameters"]:
                Draft202012Validator.check_schema(parameter["schema"])
    names = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names))


async def test_every_reference_leads_somewhere_and_every_schema_is_used(client):
    document = await described(client)
    used = {reference.removeprefix("#/components/schemas/") for reference in references(document)}
    assert used == set(document["components"]["schemas"])


async def test_the_description_and_the_routes_are_the_same(client):
    document = await described(client)
    written = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    (inside,) = (resource._app for resource in client.server.app.router.resources() if hasattr(resource, "_app"))
    served = {
        (route.method, re.sub(r":\[\^/\]\+", "", route.resource.canonical).removeprefix(PREFIX))
        for route in inside.router.routes()
        if route.method != "HEAD"
    }
    assert served == written | {("GET", "/openapi.json")}
    assert api.mount is not None


async def test_what_is_answered_is_what_is_described(client):
    document = await described(client)
    taken = await (await client.post(f"{PREFIX}/interactions", json=BODY)).json()
    validator(document, "InteractionBody").validate({**BODY, "happened_at": "2026-03-02T09:30:00+08:00"})
    validator(document, "InteractionBody").validate({**BODY, "happened_at": 1_763_632_800_000})
    assert not validator(document, "InteractionBody").is_valid({**BODY, "happened_at": []})
    validator(document, "TakenAnswer").validate(taken)
    batch = await (await client.post(f"{PREFIX}/interactions:batch", json=[BODY, {}])).json()
    validator(document, "BatchAnswer").validate(batch)
    page = await (await client.get(f"{PREFIX}/invitations")).json()
    assert page["items"]
    validator(document, "InvitationPage").validate(page)
    validator(document, "ErrorAnswer").validate(await (await client.get(f"{PREFIX}/cases?limit=x")).json())


async def test_every_example_in_the_description_is_taken(client):
    schemas = (await described(client))["components"]["schemas"]

    def example(name):
        return {key: schema["examples"][0] for key, schema in schemas[name]["properties"].items()}

    body = {**example("InteractionBody"), "person": example("PersonBody"), "reopened": False}
    response = await client.post(f"{PREFIX}/interactions", json=body)
    assert response.status == 202, await response.text()
