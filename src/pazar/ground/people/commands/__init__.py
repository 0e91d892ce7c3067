"""Every change of who is a company's person and what needs a second one."""
