from django.urls import path

from . import views

app_name = "identity"

urlpatterns = [
    path("my/account/", views.account, name="account"),
    path("my/sessions/", views.sessions, name="sessions"),
    path("my/sessions/end/", views.sessions_ending, name="end-sessions"),
    path("my/sessions/<int:pk>/end/", views.session_ending, name="end-session"),
    path("my/step-up/", views.stepping_up, name="step-up"),
    path("my/tokens/", views.tokens, name="tokens"),
    path("my/tokens/<int:pk>/revoke/", views.token_revoking, name="revoke-token"),
]
