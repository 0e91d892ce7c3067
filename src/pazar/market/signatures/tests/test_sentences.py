"""Every verdict has its words, in both languages, and nothing a stranger wrote breaks them."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from pazar.market.signatures import sentences
from pazar.market.signatures.rules.verdicts import Check, State, Verdict

RULES = Path(sentences.__file__).parent
_KINDS = "file|document|signature|signer|algorithms|chain|dates|revocation|usage|organisation|stamp"
CODE = re.compile(rf'"((?:{_KINDS})-[a-z0-9-]+)"')


def test_every_code_that_is_given_has_its_sentences_and_none_is_left_over():
    given = {
        code
        for path in [*RULES.glob("rules/*.py"), *RULES.glob("commands/*.py")]
        for code in CODE.findall(path.read_text("utf-8"))
    }
    assert given - sentences.CODES == set()
    assert sentences.CODES - given == set()


@pytest.mark.parametrize("language", ["en", "bg"])
def test_every_sentence_is_whole_whatever_the_facts_say(language):
    names = set(re.findall(r"{(\w+)}", " ".join(str(one) for pair in sentences._SEEN.values() for one in pair)))
    facts = dict.fromkeys(names, "{0} {x} %s <b>")
    with translation.override(language):
        for code in sentences.CODES:
            one = Verdict(check=Check.FILE, state=State.BAD, code=code, facts=facts)
            assert sentences.seen(one)
            assert "{" not in sentences.remedy(one)
