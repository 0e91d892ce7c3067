"""Who may use the demo's own pages: everybody, where the centre is a demo (as the tests' is); elsewhere nobody."""

from tests.access.matrix import Call, Stage, public

from pazar.ground.identity.rules.roles import Role


def somebody(stage: Stage) -> Call:
    return Call(form={"person": str(stage.people[Role.BUYER].pk), "next": "/"})


def signer(stage: Stage) -> Call:
    return Call(kwargs={"person_id": stage.people[Role.BUYER].pk})


CASES = [
    public("demo:people"),
    public("demo:become", somebody, method="POST"),
    public("demo:key"),
    public("demo:signing_key", signer),
    public("demo:expired_key", signer),
    public("demo:clock"),
    public("demo:move", lambda stage: Call(form={"by": "hour"}), method="POST"),
]
