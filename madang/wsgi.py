"""The site as a WSGI application, for Granian or any other WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madang.settings")

application = get_wsgi_application()
