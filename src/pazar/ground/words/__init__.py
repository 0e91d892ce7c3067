"""Words as search and matching see them: lemmas instead of forms (B1, B2, J4).

PostgreSQL has no Bulgarian dictionary, so texts are lemmatised here, at writing and at asking alike, and
stored as plain word lists or `simple` text-search vectors. Pure: no Django, no database. The same text
gives the same lemmas for as long as the pinned simplemma stays; a new version of it means indexing again.
"""

from pazar.ground.words.lemmatiser import LANGUAGES, lemmas, ordered_lemmas
from pazar.ground.words.vectors import any_of, tsquery, tsvector

__all__ = ["LANGUAGES", "any_of", "lemmas", "ordered_lemmas", "tsquery", "tsvector"]
