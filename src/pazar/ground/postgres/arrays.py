"""Thousands of values in one parameter."""

from collections.abc import Collection
from typing import Any, ClassVar

from django.db.models import BooleanField, F, Func, Value


class _OneOf(Func):
    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    arity = 2
    output_field: ClassVar[Any] = BooleanField()


def one_of(field: str, values: Collection[Any]) -> Func:
    """For `filter`: `field` is one of `values`, which are of its own type.

    The same as `field__in`, which looks at each value several times and writes a parameter for each: with a thousand
    of them that takes longer than the query. Nothing is one of none.
    """
    return _OneOf(F(field), Value(list(values)))
