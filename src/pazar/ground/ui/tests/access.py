"""Who may call the kit's own pages: everybody."""

from tests.access.matrix import Call, public

CASES = [
    public("ui:kit"),
    public("ui:more"),
    public("ui:theme", lambda stage: Call(form={"theme": "dark"}), method="POST"),
    public("ui:language", lambda stage: Call(form={"language": "bg"}), method="POST"),
]
