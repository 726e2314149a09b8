"""Addresses of one's own files."""

from django.urls import path

from . import views

app_name = "documents"
urlpatterns = [path("files/<uuid:token>/", views.own_file, name="own-file")]
