from django.apps import AppConfig


class PetitionsConfig(AppConfig):
    name = "madang.services.petitions"
    label = "petitions"
