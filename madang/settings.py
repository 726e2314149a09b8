"""Settings of the site: read from the environment, failing loudly. Apps are found by folder, never listed.

A city sets DATABASE_URL, SECRET_KEY and ALLOWED_HOSTS; what is not set has a default that is safe in production.
`./run` sets them for the demo country.
"""

import os
from pathlib import Path

import environ
from django.utils.translation import gettext_lazy as _

from madang.kernel.identity.rules import providers

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DATA_DIR = Path(env.str("MADANG_DATA", default=str(BASE_DIR / "var"))).resolve()
# What signs is kept apart from what is signed; put it on another disk, and into another backup, than the database.
KEYS_DIR = Path(env.str("MADANG_KEYS", default=str(DATA_DIR / "keys"))).resolve()
COUNTRY_PACK = Path(env.str("MADANG_COUNTRY_PACK", default=str(BASE_DIR / "data" / "kr"))).resolve()
COUNTRY = env.str("MADANG_COUNTRY", default="KR")
CURRENCY = env.str("MADANG_CURRENCY", default="KRW")

SECRET_KEY = env.str("SECRET_KEY")
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# A demo on one's own machine has no certificate; everything else has.
PLAIN_HTTP = env.bool("MADANG_PLAIN_HTTP", default=DEBUG)
BEHIND_PROXY = env.bool("MADANG_BEHIND_PROXY", default=False)
DEMO = env.bool("MADANG_DEMO", default=False)
# Links in mails and text messages begin with this.
SITE_URL = env.str("SITE_URL", default="http://localhost:8000")
SMS_PROVIDER = env.str("SMS_PROVIDER", default="demo" if DEMO else "")
CLAMAV_SOCKET = env.str("CLAMAV_SOCKET", default="")
# Who sends this token may read the metrics; without one only this machine itself may.
METRICS_TOKEN = env.str("MADANG_METRICS_TOKEN", default="")


def _apps() -> list[str]:
    found = sorted(BASE_DIR.glob("madang/kernel/*/apps.py")) + sorted(BASE_DIR.glob("madang/services/*/apps.py"))
    return [".".join(path.parent.relative_to(BASE_DIR).parts) for path in found]


INSTALLED_APPS = [
    *_apps(),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "madang.kernel.portal.apps.BackOfficeConfig",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    *(["madang.kernel.identity.engine.demo_id"] if DEMO else []),
    "django_htmx",
    "ninja",
    "oauth2_provider",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "madang.kernel.common.middleware.Envelope",
    "madang.kernel.common.logs.Logbook",
    "madang.kernel.common.limits.Limits",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "madang.kernel.common.pages.Compressed",
    "madang.kernel.common.pages.Sessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "madang.kernel.common.pages.Accounts",
    "madang.kernel.common.pages.Messages",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "madang.kernel.common.pages.Htmx",
    "madang.kernel.common.middleware.Problems",
]

ROOT_URLCONF = "madang.urls"
WSGI_APPLICATION = "madang.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "madang.kernel.portal.views.frame.site",
            ],
        },
    }
]

DATABASES = {"default": env.db_url("DATABASE_URL")}
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"].setdefault("OPTIONS", {})
# One round trip a statement: parsed and planned once, then only bound.
DATABASES["default"]["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 1}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "identity.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "madang.kernel.identity.engine.passwords.Guessable"},
]
# Asks a public list of passwords that were stolen elsewhere; it gets to know five digits of a hash, never a password.
if env.bool("MADANG_BREACH_CHECK", default=not PLAIN_HTTP):
    AUTH_PASSWORD_VALIDATORS.append({"NAME": "pwned_passwords_django.validators.PwnedPasswordsValidator"})
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:my-page"
LOGOUT_REDIRECT_URL = "portal:home"

ACCOUNT_ADAPTER = "madang.kernel.identity.handlers.Accounts"
ACCOUNT_FORMS = {
    "login": "madang.kernel.identity.forms.SignInForm",
    "signup": "madang.kernel.identity.forms.RegistrationForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "login"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CHANGE_EMAIL = True
# Who changes what opens the account shows again that it is theirs: a browser left open is not enough.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_RATE_LIMITS = {"login_failed": "30/10m/ip,10/10m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0

MFA_ADAPTER = "madang.kernel.identity.handlers.Factors"
MFA_FORMS = {
    "add_webauthn": "madang.kernel.identity.forms.PasskeyForm",
    "authenticate": "madang.kernel.identity.forms.CodeForm",
    "reauthenticate": "madang.kernel.identity.forms.CodeAgainForm",
}
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = PLAIN_HTTP

SOCIALACCOUNT_ADAPTER = "madang.kernel.identity.handlers.Providers"
SOCIALACCOUNT_AUTO_SIGNUP = False
# Who vouches for people: docs/how-to/identity-providers.md says what the file holds.
_file = env.str("MADANG_IDENTITY_PROVIDERS", default="")
IDENTITY_PROVIDERS = providers(Path(_file).read_text("utf-8") if _file else "", os.environ, demo=DEMO)
STEP_UP_URL = "identity:step-up"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"APPS": [one.app for one in IDENTITY_PROVIDERS if one.app], "OAUTH_PKCE_ENABLED": True}
}

RATE_LIMITS = env.bool("MADANG_RATE_LIMITS", default=True)
# How often somebody may try is counted for all processes together.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "identity_attempt",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Where somebody who is signed in proves anew who they are, when an agency asks for that.
REAUTHENTICATE_URL = "account_reauthenticate"

# Agencies to which people sign in from here: the narrowest that the library can be (see kernel/openid/views/protocol.py).
OAUTH2_PROVIDER_APPLICATION_MODEL = "openid.Client"
OAUTH2_PROVIDER = {
    "OIDC_ENABLED": True,
    "OIDC_ISS_ENDPOINT": SITE_URL.rstrip("/"),
    "OAUTH2_SERVER_CLASS": "madang.kernel.openid.views.protocol.Server",
    "OAUTH2_VALIDATOR_CLASS": "madang.kernel.openid.views.protocol.Validator",
    "SCOPES_BACKEND_CLASS": "madang.kernel.openid.views.protocol.Scopes",
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 60,
    "ACCESS_TOKEN_EXPIRE_SECONDS": 300,
    "ID_TOKEN_EXPIRE_SECONDS": 300,
    # Which addresses are good is said by kernel/openid/rules.py, which lets http lead to one's own machine.
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
}

LANGUAGE_CODE = env.str("MADANG_LANGUAGE", default="ko")
LANGUAGES = [("ko", _("Korean")), ("en", _("English"))]
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = env.str("MADANG_TIME_ZONE", default="Asia/Seoul")
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [DATA_DIR / "assets"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "files"}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_PERMISSIONS = 0o600

# A browser takes such a cookie from this host alone, and sends it to no other.
COOKIE_PREFIX = "" if PLAIN_HTTP else "__Host-"
SESSION_COOKIE_NAME = COOKIE_PREFIX + "sessionid"
CSRF_COOKIE_NAME = COOKIE_PREFIX + "csrftoken"
LANGUAGE_COOKIE_NAME = COOKIE_PREFIX + "django_language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not PLAIN_HTTP
SESSION_COOKIE_AGE = 8 * 3600
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = not PLAIN_HTTP
SECURE_HSTS_SECONDS = 0 if PLAIN_HTTP else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not PLAIN_HTTP
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Balancers and Prometheus ask by plain HTTP, from inside.
SECURE_REDIRECT_EXEMPT = [r"^(health|ready|metrics)/$"]
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="filemail:///" + str(DATA_DIR / "mail"))
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="no-reply@localhost")

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

# "json": an object a line, for programs; "lines": for people.
LOG_FORMAT = env.str("MADANG_LOG_FORMAT", default="lines" if DEBUG else "json")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "madang.kernel.common.logs.Json"},
        "lines": {"()": "madang.kernel.common.logs.Lines"},
    },
    "filters": {"discreet": {"()": "madang.kernel.common.discretion.Discreet"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["discreet"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # What was not found or not allowed stands in the line of its request; an address, as Django logs it, may tell more.
    "loggers": {"procrastinate": {"level": "WARNING"}, "django.request": {"level": "ERROR"}},
}
