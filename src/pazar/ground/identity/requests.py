"""The type of a request after the middleware: it knows who acts."""

from django.http import HttpRequest

from pazar.ground.identity.rules.actor import Actor


class ActorRequest(HttpRequest):
    actor: Actor
