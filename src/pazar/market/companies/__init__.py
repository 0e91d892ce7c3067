"""How a company gets in, and who says that it is one (A1-A3).

A number is read by its country's form (`rules/numbers.py`), a register is asked behind one interface
(`adapters/`), what it says stands beside what the person typed. The company itself lives in `ground/identity`.
"""
