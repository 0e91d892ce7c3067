from pazar.ground.codes import countries


def test_countries_have_names_in_both_languages() -> None:
    assert countries.label("BG", language="bg") == "България"
    assert countries.label("EL", language="en") == countries.label("GR", language="en") == "Greece"
    assert countries.label("??", language="en") == "??"


def test_a_list_for_a_form_starts_at_home_and_goes_by_name() -> None:
    listed = countries.choices("bg")
    assert listed[0] == ("BG", "България")
    names = [name.casefold() for _code, name in listed[1:]]
    assert names == sorted(names)
    assert len(listed) > 240
    assert all(name != code for code, name in listed)
