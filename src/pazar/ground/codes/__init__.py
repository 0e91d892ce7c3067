"""Codes everybody uses: categories (CPV), regions (NUTS), units (UN/CEFACT Rec 20), countries, company
numbers.

The lists come with a migration and are read-only for the app. `rules` knows the codes' form (which is under
which), `queries` searches and labels them, `pages` answers the pickers.
"""
