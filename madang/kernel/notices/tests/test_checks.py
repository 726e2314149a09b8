from madang.kernel.notices.engine.checks import messages_leave, provider_exists


def ids(found):
    return [message.id for message in found]


def test_a_provider_that_does_not_exist_is_an_error(settings):
    settings.SMS_PROVIDER = "pigeons"
    assert ids(provider_exists()) == ["notices.E001"]
    settings.SMS_PROVIDER = "demo"
    assert provider_exists() == []
    settings.SMS_PROVIDER = ""
    assert provider_exists() == []


def test_in_production_messages_leave(settings):
    settings.DEMO = False
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.SMS_PROVIDER = "demo"
    settings.SITE_URL = "http://localhost:8000"
    assert ids(messages_leave()) == ["notices.W001", "notices.W002", "notices.W003"]
    assert all(message.hint for message in messages_leave())
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.SMS_PROVIDER = ""
    settings.SITE_URL = "https://madang.example.org"
    assert messages_leave() == []


def test_a_demonstration_is_left_alone(settings):
    settings.DEMO = True
    settings.SMS_PROVIDER = "demo"
    assert messages_leave() == []
