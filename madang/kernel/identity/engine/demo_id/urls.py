from django.urls import path

from . import views

urlpatterns = [
    path("demo/login/", views.login, name="demo_login"),
    path("demo/show/", views.show, name="demo_show"),
]
