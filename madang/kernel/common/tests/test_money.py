import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from madang.kernel.common.errors import Invalid
from madang.kernel.common.money import format_money, parse_money


@pytest.mark.parametrize(
    ("amount", "korean", "english"),
    [
        (0, "0원", "KRW 0"),
        (12000, "12,000원", "KRW 12,000"),
        (-5, "-5원", "KRW -5"),
        (10**12, "1,000,000,000,000원", "KRW 1,000,000,000,000"),
    ],
)
def test_money_is_written_as_each_language_writes_it(amount, korean, english):
    assert (format_money(amount, "ko"), format_money(amount, "en")) == (korean, english)
    with override("en"):
        assert format_money(amount) == english


@pytest.mark.parametrize(
    "text",
    ["12000", "12,000", " 12,000원", "12,000 원", "KRW 12,000", "12000 KRW", "₩12,000", "￦１２，０００"],
)
def test_money_is_read_as_people_write_it(text):
    assert parse_money(text) == 12000


@pytest.mark.parametrize(
    "text", ["", "원", "12,00", "1,2000", "12.5", "12e3", "١٢", "12 000", "1만원", "12,000원 정도", "9" * 16]
)
def test_what_is_not_clearly_an_amount_is_refused(text):
    with pytest.raises(Invalid) as caught:
        parse_money(text)
    assert caught.value.code == "money.unreadable"


def test_a_currency_with_cents_is_kept_in_cents(settings):
    settings.CURRENCY = "USD"
    assert format_money(1250, "ko") == "USD 12.50"
    assert [parse_money(text) for text in ("12.50", "$12.5", "12")] == [1250, 1250, 1200]


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.sampled_from(["ko", "en"]))
def test_what_is_written_is_read_back(amount, language):
    assert parse_money(format_money(amount, language)) == amount
