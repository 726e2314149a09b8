"""Addresses of mandates: one's own, and the desk where papers are compared."""

from django.urls import path

from . import views

app_name = "mandates"

urlpatterns = [
    path("my/mandates/", views.listing, name="list"),
    path("my/mandates/new/<slug:way>/", views.propose, name="propose"),
    path("my/mandates/<str:number>/", views.one, name="one"),
    path("my/mandates/<str:number>/<slug:name>/", views.deed, name="deed"),
    path("work/mandates/", views.papers, name="papers"),
    path("work/mandates/<str:number>/<slug:name>/", views.confirming, name="confirm"),
]
