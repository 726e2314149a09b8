from django.urls import path
from django.views.decorators.cache import never_cache
from oauth2_provider.views import UserInfoView

from .views import agencies, authorize, discovery, leaving, protocol

app_name = "openid"

urlpatterns = [
    path(".well-known/openid-configuration", discovery.configuration, name="configuration"),
    path("openid/keys/", discovery.key_set, name="keys"),
    path("openid/authorize/", authorize.authorize, name="authorize"),
    path("openid/continue/", authorize.go_on, name="continue"),
    path("openid/token/", protocol.Token.as_view(), name="token"),
    path("openid/userinfo/", never_cache(UserInfoView.as_view()), name="userinfo"),
    path("openid/sign-out/", leaving.sign_out, name="sign-out"),
    path("my/agencies/", agencies.agencies, name="agencies"),
    path("my/agencies/<str:client>/withdraw/", agencies.withdrawing, name="withdraw"),
]
