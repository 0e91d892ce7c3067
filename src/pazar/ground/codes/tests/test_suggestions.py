import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.ground.codes import limits, queries, suggesting
from pazar.ground.codes.rules.suggestion import Model, Sample, bag, by_prefix

SAMPLES = [
    Sample("Supply of electric cables", ("31300000", "44320000"), "EN"),
    Sample("Supply of printing paper", ("30197630",), "EN"),
    Sample("Доставка на кабели", ("31300000",), "BG"),
    Sample("Доставка на хартия за печат", ("30197630",), "BG"),
    Sample("Хартия за печат и картон", ("30197630",), "BG"),
    Sample("Cables", ("44321000",), "label-en"),
]


def test_a_text_gets_the_categories_of_those_like_it() -> None:
    model = Model.trained(SAMPLES)
    assert model.suggest("cable supply")[0].code == "31300000"
    assert model.suggest("хартия за печат")[0].code == "30197630"
    assert model.suggest("ψψψ") == []
    assert by_prefix(model.suggest("cable"), 2)[0].code == "44"


def test_a_packed_model_answers_as_before() -> None:
    model = Model.trained(SAMPLES)
    again = Model.unpacked(model.packed())
    assert again.suggest("electric cable") == model.suggest("electric cable")
    assert again.packed() == model.packed() == Model.trained(SAMPLES).packed()


@given(st.text(max_size=80))
def test_any_text_is_answered_and_its_shares_sum_to_one(text: str) -> None:
    found = MODEL.suggest(text)
    assert not found or abs(sum(one.share for one in found) - 1) < 1e-9


MODEL = Model.trained(SAMPLES)


def test_what_stands_first_weighs_most() -> None:
    weights = bag("кабели за нуждите на община Ямбол")
    assert weights["=кабели"] > weights["=ямбол"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("Доставка на електрическа енергия за нуждите на общината", "093"),
        ("Застраховане на моторни превозни средства", "665"),
        ("Cleaning services for public buildings", "909"),
        ("Travaux de rénovation d'un bâtiment scolaire", "45"),
        ("Reinigung von Gebäuden", "909"),
        ("Suministro de medicamentos", "336"),
    ],
)
def test_the_shipped_model_knows_plain_titles_in_many_languages(text: str, group: str) -> None:
    found = [choice.code for choice in queries.suggest_cpv(text, language="bg")]
    assert any(code.startswith(group) for code in found), found
    assert len(found) == len(set(found)) <= 5


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "a", "   ", "\x00", "<b>", "🙂" * 50, "дума " * 5_000])
def test_odd_texts_are_no_trouble(text: str) -> None:
    assert len(queries.suggest_cpv(text, language="en")) <= 5


def test_the_shipped_model_stays_small() -> None:
    assert (suggesting.searching.DATA / "suggestions.bin.gz").stat().st_size <= 3_000_000


def test_a_limit_refuses_the_one_too_many_and_forgives_with_time() -> None:
    moment = 0.0
    limit = limits.Limit(3, seconds=lambda: moment)
    for _time in range(3):
        limit.take("one")
    with pytest.raises(limits.AskedTooOften):
        limit.take("one")
    limit.take("another")
    moment = 20.0
    limit.take("one")
    with pytest.raises(limits.AskedTooOften):
        limit.take("one")
