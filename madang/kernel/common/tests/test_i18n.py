import pytest
from django.utils.translation import override

from madang.kernel.common.i18n import text


@pytest.mark.parametrize(
    ("localized", "language", "expected"),
    [
        ({"ko": "전입신고", "en": "Move-in report"}, "en", "Move-in report"),
        ({"ko": "전입신고", "en": "Move-in report"}, "en-gb", "Move-in report"),
        ({"ko": "전입신고", "en": "Move-in report"}, "fr", "전입신고"),
        ({"ko": "전입신고", "en": ""}, "en", "전입신고"),
        ({"en": "Move-in report"}, "ko", "Move-in report"),
        ("same everywhere", "en", "same everywhere"),
        ({}, "en", ""),
    ],
)
def test_the_text_in_the_language_wanted_or_the_nearest(localized, language, expected):
    assert text(localized, language) == expected
    with override(language):
        assert text(localized) == expected
