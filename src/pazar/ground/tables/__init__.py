"""Tables that people bring: CSV and spreadsheets, whatever their encoding, delimiter and habits of writing.

`reading` gives rows as text and refuses the ones it can't give; `values` reads numbers and days by the habit that the
whole column shows, and asks where it shows none.
"""

from pazar.ground.tables.reading import Fault, Refused, Row, Table, Unreadable, opened
from pazar.ground.tables.values import Days, Numbers

__all__ = ["Days", "Fault", "Numbers", "Refused", "Row", "Table", "Unreadable", "opened"]
