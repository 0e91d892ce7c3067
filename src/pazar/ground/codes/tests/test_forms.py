import pytest
from django import forms
from django.template import engines
from django.utils import translation
from django_cotton.compiler_regex import CottonCompiler

from pazar.ground.codes.forms import CpvField, NutsField

pytestmark = pytest.mark.django_db


class InterestForm(forms.Form):
    cpv = CpvField()
    nuts = NutsField(required=False)


def page(source: str, **context: object) -> str:
    return engines["django"].from_string(CottonCompiler().process(source)).render(context)


def test_typed_codes_come_out_as_a_list() -> None:
    form = InterestForm({"cpv": "31321000-2, 09100000", "nuts": ""})
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"cpv": ["31321000", "09100000"], "nuts": []}


def test_wrong_codes_are_refused_with_their_remedy_in_the_language() -> None:
    with translation.override("bg"):
        form = InterestForm({"cpv": "31321000-3, 99999999"})
        assert form.errors == {
            "cpv": ["Тези кодове ги няма в списъка: 31321000-3, 99999999. Потърсете с дума или поправете кода."]
        }


def test_a_wanted_field_is_wanted() -> None:
    assert InterestForm({"cpv": " , "}).errors.as_data()["cpv"][0].code == "required"


def test_a_refused_form_keeps_what_was_typed() -> None:
    shown = str(InterestForm({"cpv": "31321000-3, <b>"})["cpv"])
    assert 'value="31321000-3, &lt;b&gt;"' in shown
    assert "<b>" not in shown


def test_a_stored_list_is_shown_with_its_labels() -> None:
    with translation.override("bg"):
        shown = str(InterestForm(initial={"cpv": ["31321000"]})["cpv"])
    assert 'value="31321000"' in shown
    assert "31321000-2" in shown
    assert "Електрически линии" in shown
    assert 'src="/codes/cpv"' in shown


def test_only_a_change_counts_as_one() -> None:
    same = InterestForm({"cpv": "31321000-2"}, initial={"cpv": ["31321000"]})
    other = InterestForm({"cpv": "09100000"}, initial={"cpv": ["31321000"]})
    assert not same.has_changed()
    assert other.has_changed()


def test_the_components_tie_label_help_and_error_to_the_field() -> None:
    shown = page('<c-nuts-picker name="where" :values="codes" label="Place" error="No" />', codes=["BG323"])
    assert '<label for="where">Place</label>' in shown
    assert 'name="where" value="BG323"' in shown
    assert 'aria-describedby="where_error where_help"' in shown
    assert "Ruse" in shown
    assert 'id="where_error"' in shown
    shown = page('<c-cpv-picker values="31321000-2, кабел" />')
    assert '<label for="cpv">Categories</label>' in shown
    assert 'value="31321000-2, кабел"' in shown
    assert "Electricity power lines" in shown
