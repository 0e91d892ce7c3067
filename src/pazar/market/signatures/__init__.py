"""The signature desk (A5): is this signature good, and will it be on the day it is needed?

`rules/` reads signatures and judges them, check by check, without database or network; `adapters/` asks the
responders of certification authorities; `sentences.py` has the words to each verdict.
"""
