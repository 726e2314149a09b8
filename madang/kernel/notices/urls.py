"""Addresses of the inbox."""

from django.urls import path

from . import views

app_name = "notices"
urlpatterns = [
    path("notices/", views.inbox, name="inbox"),
    path("notices/read/", views.read_all, name="read-all"),
    path("notices/channels/", views.channels, name="channels"),
    path("notices/<uuid:notice>/read/", views.read, name="read"),
]
