from django.urls import path

from . import views

app_name = "portal"

urlpatterns = [
    path("design/", views.styleguide, name="styleguide"),
    path("text-size/", views.text_size, name="text-size"),
]
