"""Every page and API of the site: each app's urls.py is found by folder and hangs where its README says."""

from importlib.util import find_spec

from allauth.account import views as account
from django.apps import apps
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from madang.api import api

# The portal stands at the root, so it comes last.
_found = [
    config
    for config in apps.get_app_configs()
    if config.name.startswith("madang.") and find_spec(f"{config.name}.urls")
]

urlpatterns = [
    path("api/v1/", api.urls),
    path("back-office/", admin.site.urls),
    path("language/", set_language, name="set_language"),
    # Ours puts on record which devices were signed out.
    path("account/sessions/", RedirectView.as_view(pattern_name="identity:sessions")),
    path("account/", include("allauth.urls")),
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("register/", account.signup, name="account_signup"),
    *(path("", include(f"{config.name}.urls")) for config in _found if config.label != "portal"),
    path("", include("madang.kernel.portal.urls")),
]

handler404 = "madang.kernel.common.middleware.unknown"
handler500 = "madang.kernel.common.middleware.failed"
