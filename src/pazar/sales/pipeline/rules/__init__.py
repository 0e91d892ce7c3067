"""The stages of a deal and who may move it: pure."""
