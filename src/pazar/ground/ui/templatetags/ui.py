"""Formatting by the viewer's locale and zone."""

from django import template

register = template.Library()
