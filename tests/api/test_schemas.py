"""The API's description names each schema once: two of one name would pass for each other."""

import collections
import json
import re

from ninja import Schema

import pazar.config.api


def _all(kind: type[Schema]) -> list[type[Schema]]:
    return [found for sub in kind.__subclasses__() for found in (sub, *_all(sub))]


def test_no_two_schemas_that_the_description_holds_share_a_name():
    # What only narrows a list is written out as parameters; nothing refers to it.
    described = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(pazar.config.api.api.get_openapi_schema())))
    named = collections.defaultdict(set)
    for schema in _all(Schema):
        if schema.__module__.startswith("pazar.") and ".tests." not in schema.__module__:
            named[schema.__name__].add(schema.__module__)
    assert {name: sorted(homes) for name, homes in named.items() if len(homes) > 1 and name in described} == {}
