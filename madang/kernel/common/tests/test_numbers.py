import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.kernel.common.errors import Invalid
from madang.kernel.common.numbers import PublicNumber, make, parse

prefixes = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=6)
years = st.integers(2000, 2099)
sequences = st.integers(1, 10**12)


def test_the_written_form():
    assert make("PET", 2026, 1234) == "PET-26-0001234-7"
    assert make("PET", 2026, 12_345_678) == "PET-26-12345678-7"


@pytest.mark.parametrize(
    "text",
    [
        "PET-26-0001234-7",
        "pet-26-0001234-7",
        "  PET 26 0001234 7\n",
        "PET2600012347",
        "ＰＥＴ－２６－０００１２３４－７",
        "PET–26—0001234−7",
        "PET.26.0001234.7",
        "PET-26-1234-7",
        "pet/26/0001234/7",
    ],
)
def test_a_number_is_read_as_people_write_it(text):
    assert parse(text) == PublicNumber("PET", 26, 1234)
    assert str(parse(text)) == "PET-26-0001234-7"


@pytest.mark.parametrize(
    "text", ["", "PET", "26-0001234-7", "PET-2026-0001234-7", "PET-26-0001234", "펫-26-0001234-7", "x" * 9999]
)
def test_another_shape_is_refused_with_an_example(text):
    with pytest.raises(Invalid) as caught:
        parse(text)
    assert caught.value.code == "numbers.shape"
    assert "PET-26-0001234-7" in str(caught.value.remedy)


def test_number_zero_does_not_exist():
    with pytest.raises(Invalid):
        parse("PET-26-0000000-" + make("PET", 2026, 10)[-1])


@pytest.mark.parametrize(
    ("prefix", "sequence"), [("pet", 1), ("PET1", 1), ("", 1), ("PET", 0), ("PET", -5), ("ABCDEFG", 1)]
)
def test_no_number_is_made_of_nonsense(prefix, sequence):
    with pytest.raises(ValueError, match="No public number"):
        make(prefix, 2026, sequence)


@given(prefixes, years, sequences)
def test_what_is_made_is_read_back(prefix, year, sequence):
    assert parse(make(prefix, year, sequence)) == PublicNumber(prefix, year % 100, sequence)


@given(prefixes, years, sequences, st.data())
def test_every_wrong_digit_is_found(prefix, year, sequence, data):
    number = make(prefix, year, sequence)
    place = data.draw(st.sampled_from([at for at, sign in enumerate(number) if sign.isdigit()]))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[place]]))
    with pytest.raises(Invalid):
        parse(number[:place] + wrong + number[place + 1 :])


@given(prefixes, years, sequences, st.data())
def test_every_swap_of_neighbours_is_found(prefix, year, sequence, data):
    digits = make(prefix, year, sequence).replace("-", "")
    places = [at for at in range(len(prefix), len(digits) - 1) if digits[at] != digits[at + 1]]
    place = data.draw(st.sampled_from(places))
    with pytest.raises(Invalid):
        parse(digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :])
