import pytest
from tests.factories import make_actor

from pazar.ground.identity.rules.roles import Role
from pazar.market.matching.commands.words_again import interests_again
from pazar.market.matching.models import InterestChange, InterestVersion
from pazar.market.matching.tests.factories import make_interest


@pytest.mark.django_db
def test_an_interest_of_before_gets_the_lemmas_of_now_and_keeps_what_was_typed():
    actor = make_actor(Role.TENDER_MANAGER)
    interest = make_interest(actor, words_any="тонерите хартия")
    assert interest.lemmas_any == ["тонер", "хартия"]
    interest.lemmas_any = ["тонерите", "хартия"]
    interest.save()
    InterestVersion.objects.filter(interest=interest).update(
        content={**InterestVersion.objects.get(interest=interest).content, "lemmas_any": ["тонерите", "хартия"]}
    )
    told = InterestChange.objects.count()

    _, changed = interests_again()

    interest.refresh_from_db()
    assert changed == 1
    assert interest.lemmas_any == ["тонер", "хартия"]
    assert interest.words_any == ["тонерите", "хартия"]
    assert interest.version == 1
    assert InterestVersion.objects.get(interest=interest).content["lemmas_any"] == ["тонер", "хартия"]
    assert InterestChange.objects.count() == told + 1  # the matchers hear of it
    assert interests_again()[1] == 0


@pytest.mark.django_db
def test_two_words_that_have_become_one_stand_once():
    interest = make_interest(make_actor(Role.TENDER_MANAGER), words_any="тонер хартия")
    interest.words_any, interest.lemmas_any = ["тонерите", "тонер"], ["тонерите", "тонер"]
    interest.save()
    interests_again()
    interest.refresh_from_db()
    assert (interest.words_any, interest.lemmas_any) == (["тонерите"], ["тонер"])
