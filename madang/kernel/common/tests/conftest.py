from hypothesis import settings

# A busy machine is no error of the code: properties are checked without a time limit for each example.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
