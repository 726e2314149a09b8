from django.urls import path

from . import views

app_name = "identity"

urlpatterns = [
    path("sign-in/", views.signing_in, name="sign-in"),
    path("sign-out/", views.signing_out, name="sign-out"),
    path("register/", views.registering, name="register"),
    path("my/tokens/", views.tokens, name="tokens"),
    path("my/tokens/<int:pk>/revoke/", views.token_revoking, name="revoke-token"),
]
