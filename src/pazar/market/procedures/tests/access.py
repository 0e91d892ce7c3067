"""Who may do what with procedures: buyers with their own, everybody reads what is published."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from tests.access.matrix import OK, Call, Case, Stage, public, staff_only

from pazar.ground.identity import queries as people
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import BIDDING, BUYING, Role, StaffRole
from pazar.market.procedures import queries
from pazar.market.procedures.commands import change, documents, enquiries, imports, sources
from pazar.market.procedures.commands.publish import publish_procedure
from pazar.market.procedures.models import NoticeImport, Procedure
from pazar.market.procedures.tests.factories import make_draft, make_procedure
from pazar.market.procedures.tests.pages.test_work import typed

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def _of(procedure: Procedure, **more: object) -> Call:
    return Call(kwargs={"procedure_id": procedure.pk}, **more)  # type: ignore[arg-type]


def draft(stage: Stage) -> Procedure:
    return make_draft(stage.actor(Role.BUYER))


def published(stage: Stage) -> Procedure:
    return make_procedure(stage.actor(Role.BUYER))


def changed(stage: Stage) -> Procedure:
    """Published, with a change of its title pending."""
    found = published(stage)
    facts = replace(queries.published_facts(found), title="Доставка на силови кабели")
    change.save_change(actor=stage.actor(Role.BUYER), procedure_id=found.pk, facts=facts)
    return found


def filled_in(stage: Stage) -> Call:
    found = draft(stage)
    buyer = next(caller for caller in stage.callers if caller.role == Role.BUYER)
    page = buyer.client().get(f"/market/procedures/{found.pk}/edit/").content.decode()
    return _of(found, form={**typed(page), "title": "Друго заглавие"})


def question(stage: Stage) -> Call:
    found = published(stage)
    asked = enquiries.ask(actor=stage.other_actor, procedure_id=found.pk, question="Меден ли е кабелът?")
    return Call(kwargs={"procedure_id": found.pk, "enquiry_id": asked.pk}, form={"answer": "Да."})


def asked_by_own(stage: Stage) -> Call:
    """The other company's procedure: here our own people are the ones who may ask."""
    return _of(make_procedure(stage.other_actor), form={"question": "Меден ли е кабелът?"})


def sent_file(stage: Stage) -> Call:
    # The matrix sends the same form many times: a file that is read from its beginning each time.
    return _of(draft(stage), form={"title": "Чертеж", "file": _Again("drawing.pdf", PDF, "application/pdf")})


class _Again(SimpleUploadedFile):
    def read(self, *args: int) -> bytes:  # type: ignore[override]
        self.seek(0)
        return super().read(*args)


def drafts_document(stage: Stage) -> Call:
    found = draft(stage)
    document = documents.attach(
        actor=stage.actor(Role.BUYER), procedure_id=found.pk, name="drawing.pdf", stream=BytesIO(PDF)
    )
    return Call(kwargs={"procedure_id": found.pk, "document_id": document.pk})


def own(name: str, make: object, *, method: str = "GET") -> Case:
    return Case(route=f"procedures:{name}", method=method, make=make, allowed=BUYING)  # type: ignore[arg-type]


def published_document(stage: Stage) -> Call:
    call = drafts_document(stage)
    publish_procedure(actor=stage.actor(Role.BUYER), procedure_id=call.kwargs["procedure_id"])
    return call


def _api(name: str, make: Callable[[Stage], Procedure], *, method: str = "POST", json: object = None) -> Case:
    """An operation of the buyer's own software."""
    return Case(route=f"api:{name}", method=method, make=lambda stage: _of(make(stage), json=json), allowed=BUYING)


CASES = [
    Case(
        route="procedures:export",
        make=lambda _stage: Call(kwargs={"form": "csv"}),
        allowed=frozenset(Role),
        foreign=OK,
        nobody=404,
    ),
    public("procedures:list"),
    # Of the buyers' desk others aren't told that it is there.
    Case(route="procedures:mine", refused=OK, foreign=OK),
    Case(route="procedures:new", allowed=BUYING, refused=404, foreign=OK),
    Case(
        route="procedures:new",
        method="POST",
        make=lambda stage: Call(form={"kind": "open_tender", "title": "Кабели"}),
        allowed=BUYING,
        refused=404,
        foreign=OK,
    ),
    own("edit", lambda stage: _of(draft(stage))),
    own("edit", filled_in, method="POST"),
    own("save", filled_in, method="POST"),
    own("check", lambda stage: _of(draft(stage))),
    own("publish", lambda stage: _of(draft(stage))),
    own("publish", lambda stage: _of(draft(stage)), method="POST"),
    own("change", lambda stage: _of(changed(stage))),
    own("change", lambda stage: _of(changed(stage), form={"reason": "Сгрешено заглавие."}), method="POST"),
    own("drop_change", lambda stage: _of(changed(stage)), method="POST"),
    own("cancel", lambda stage: _of(published(stage))),
    own("cancel", lambda stage: _of(published(stage), form={"reason": "Отпадна нуждата."}), method="POST"),
    own("copy", lambda stage: _of(published(stage)), method="POST"),
    own("remove", lambda stage: _of(draft(stage)), method="POST"),
    own("attach", sent_file, method="POST"),
    own("take_out", drafts_document, method="POST"),
    # A draft's document is its company's own; a published one's is everybody's (tests/pages).
    Case(route="procedures:document", make=drafts_document, visitor=404, nobody=404),
    own("answer", question, method="POST"),
    Case(
        route="procedures:ask",
        method="POST",
        make=asked_by_own,
        allowed=BIDDING,
        foreign=403,
    ),
    public("api:list_procedures"),
    public("api:count_procedures"),
    public("api:read_procedure", lambda stage: _of(published(stage))),
    public("api:list_versions", lambda stage: _of(published(stage))),
    public("api:list_enquiries", lambda stage: _of(published(stage))),
    public("api:read_document", published_document),
    Case(route="api:list_my_procedures", allowed=BUYING, foreign=OK),
    _api("check_procedure", draft, method="GET"),
    Case(
        route="api:create_procedure",
        method="POST",
        make=lambda stage: Call(json={"title": "Кабели"}),
        allowed=BUYING,
        foreign=OK,
    ),
    _api("save_procedure", draft, method="PUT", json={"title": "Кабели"}),
    _api("edit_procedure", draft, method="PATCH", json={"title": "Кабели"}),
    _api("remove_procedure", draft, method="DELETE"),
    _api("publish_procedure", draft),
    _api("change_procedure", published, json={"reason": "Грешка", "procedure": {"title": "Силови кабели"}}),
    _api("cancel_procedure", published, json={"reason": "Отпадна нуждата."}),
    Case(
        route="api:ask_enquiry",
        method="POST",
        make=lambda stage: _of(make_procedure(stage.other_actor), json={"question": "Меден ли е кабелът?"}),
        allowed=BIDDING,
        foreign=403,
    ),
    Case(
        route="api:answer_enquiry",
        method="POST",
        make=lambda stage: replace(question(stage), form=None, json={"answer": "Да."}),
        allowed=BUYING,
    ),
    Case(route="api:attach_document", method="POST", make=sent_file, allowed=BUYING),
    Case(route="api:take_out_document", method="DELETE", make=drafts_document, allowed=BUYING),
]


# --- imports: the centre's operators alone ---------------------------------------------------
def _operator(stage: Stage) -> Actor:
    found = next(caller for caller in stage.callers if caller.staff == StaffRole.OPERATOR)
    assert found.person is not None
    return people.actor_for(found.person)


NOTICES = b'{"releases":[{"ocid":"access","id":"1","tender":{"title":"x"}}]}'


def imported(stage: Stage) -> Call:
    run = imports.upload(actor=_operator(stage), files=[imports.Sent(name="a.json", stream=BytesIO(NOTICES))])
    imports.run(import_id=run.pk)
    return Call(kwargs={"import_id": run.pk}, form={"sure": "yes"})


def broken_off(stage: Stage) -> Call:
    made = imported(stage)
    NoticeImport.objects.filter(pk=made.kwargs["import_id"]).update(state="failed")
    return made


def report_of(stage: Stage) -> Call:
    return Call(kwargs={**imported(stage).kwargs, "form": "csv"})


def upload(_stage: Stage) -> Call:
    given = _Again("notices.json", NOTICES)
    return Call(form={"files": given, "sent": given})  # the API's name and the page's


def _staff(name: str, make: Callable[[Stage], Call], *, method: str = "GET") -> Case:
    return Case(
        route=f"api:{name}",
        method=method,
        make=make,
        allowed=frozenset(),
        refused=404,
        foreign=404,
        nobody=404,
        staff=frozenset({StaffRole.OPERATOR}),
    )


CASES += [
    staff_only("procedures:imports", StaffRole.OPERATOR),
    staff_only("procedures:imports", StaffRole.OPERATOR, make=upload, method="POST"),
    staff_only("procedures:import", StaffRole.OPERATOR, make=imported),
    staff_only("procedures:import_stream", StaffRole.OPERATOR, make=imported),
    staff_only("procedures:import_report", StaffRole.OPERATOR, make=report_of),
    staff_only("procedures:import_again", StaffRole.OPERATOR, make=broken_off, method="POST"),
    staff_only("procedures:import_undo", StaffRole.OPERATOR, make=imported),
    staff_only("procedures:import_undo", StaffRole.OPERATOR, make=imported, method="POST"),
    _staff("list_imports", lambda stage: Call()),
    _staff("begin_import", upload, method="POST"),
    _staff("read_import", imported),
    _staff("list_import_refusals", imported),
    _staff("plan_undo", imported),
    _staff("undo_import", imported, method="POST"),
    _staff("list_import_kept", imported),
]


def source(stage: Stage) -> Call:
    made = sources.make_source(actor=_operator(stage), said=sources.Said(**SOURCE))
    return Call(kwargs={"source_id": made.pk}, form=SOURCE | {"first_page": 1, "every_minutes": 60, "overlap_hours": 1})


def new_source(stage: Stage) -> Call:
    return Call(form=source(stage).form)


SOURCE: dict[str, str] = {"name": "API", "url": "https://example.org/releases", "paging": "link"}
CASES += [
    staff_only("procedures:import_sources", StaffRole.OPERATOR),
    staff_only("procedures:import_sources", StaffRole.OPERATOR, make=new_source, method="POST"),
    staff_only("procedures:import_source", StaffRole.OPERATOR, make=source),
    staff_only("procedures:import_source", StaffRole.OPERATOR, make=source, method="POST"),
    staff_only("procedures:import_source_run", StaffRole.OPERATOR, make=source, method="POST"),
    staff_only("procedures:import_source_remove", StaffRole.OPERATOR, make=source, method="POST"),
]
