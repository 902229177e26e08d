from hypothesis import given
from hypothesis import strategies as st

from training.dataset_quality.words import WORD, Numbers, normalised, sequences

WORDS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=12)


def test_normalised_leaves_out_case_spacing_and_punctuation():
    assert normalised(" Fever,\n  SINCE--Monday! ") == "fever since monday"
    assert normalised("...") == "..."


@given(st.text())
def test_normalised_twice_is_normalised_once(text):
    assert normalised(normalised(text)) == normalised(text) or not WORD.search(text)


@given(WORDS, WORDS, st.integers(1, 4))
def test_sequences_are_equal_where_their_words_are(one, other, length):
    numbers = Numbers()
    runs = [sequences(numbers.of(words), length) for words in (one, other)]
    assert len(runs[0]) == max(0, len(one) - length + 1)
    for at, first in enumerate(runs[0]):
        for to, second in enumerate(runs[1]):
            assert (first == second) == (one[at : at + length] == other[to : to + length])


def test_sequences_of_other_lengths_differ():
    numbers = Numbers().of(["a", "a", "a"])
    assert len({int(sequences(numbers, length)[0]) for length in (1, 2, 3)}) == 3
