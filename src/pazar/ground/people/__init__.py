"""A company's people (A4): invitations, roles, who leaves and who takes over; approval by a second person; what the
centre keeps of a person, and how he takes it with him.

It stands on top of the ground: leaving revokes tokens, writes mails and shows pages. Domains ask it one question,
`approvals.require`, and hear of one event, `PersonLeft`.
"""
