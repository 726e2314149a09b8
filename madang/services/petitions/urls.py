from django.urls import path

from . import views

app_name = "petitions"

urlpatterns = [
    path("petitions/", views.listing, name="list"),
    path("petitions/file/", views.start, name="start"),
    path("petitions/proposals/", views.proposals, name="proposals"),
]
